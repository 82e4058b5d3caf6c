"""The desk: `selfeval review`, a web page on the loopback interface on which an auditor confirms readings and decides findings.

guard.py      who may ask at all: token, Host, Origin; the headers of every answer
queue.py      the forms with what is left of each, kept up to date with the store
asking.py     which of them are asked for, in which order
form_page.py  one form as it is shown: pages, doubts, findings, decisions
taking.py     a decision as the page sends it -> the store, the audit, what opened and closed
app.py        the addresses
serving.py    the server: one socket, ended by a signal
"""
