BEGIN TRANSACTION;
CREATE TABLE audit_findings (
	audit_id VARCHAR(32) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	finding_id TEXT, 
	form_id TEXT, 
	document TEXT, 
	form INTEGER, 
	rule TEXT, 
	severity TEXT, 
	subject TEXT, 
	message TEXT, 
	expected TEXT, 
	actual TEXT, 
	page INTEGER, 
	x0 DOUBLE, 
	top DOUBLE, 
	x1 DOUBLE, 
	bottom DOUBLE, 
	PRIMARY KEY (audit_id, ordinal), 
	FOREIGN KEY(audit_id) REFERENCES audit_results (audit_id)
);
INSERT INTO "audit_findings" VALUES('499a6c6db19dcc5eaecfc0b2637669bd',0,'scores-sum-0','a7949e623819aa32-1','a.pdf',1,'scores-sum','error','total','得分合计应为 94，表中为 93','94','93',1,1.5,2.0,3.0,4.0);
INSERT INTO "audit_findings" VALUES('2b3c61fb40fa06e91a84cdd52f6f4a59',0,'weights-sum-1','9a3f96912c5f85bc-1','b.pdf',1,'weights-sum','error','total','得分合计应为 94，表中为 93','94','93',1,1.5,2.0,3.0,4.0);
CREATE TABLE audit_results (
	audit_id VARCHAR(32) NOT NULL, 
	extraction_id VARCHAR(32) NOT NULL, 
	PRIMARY KEY (audit_id), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id)
);
INSERT INTO "audit_results" VALUES('499a6c6db19dcc5eaecfc0b2637669bd','ddf0e5d547ad02935078651ea8e36226');
INSERT INTO "audit_results" VALUES('2b3c61fb40fa06e91a84cdd52f6f4a59','b9c7239b1db7daa4bcc30b046d8b76c0');
INSERT INTO "audit_results" VALUES('1a91db6661cbb7134a5ef009af7e8c3d','01fce2fb7558b013f0b195da4c471d12');
CREATE TABLE audit_verdicts (
	audit_id VARCHAR(32) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	form_id TEXT, 
	rule TEXT, 
	subject TEXT, 
	verdict TEXT, 
	why TEXT, 
	records INTEGER, 
	PRIMARY KEY (audit_id, ordinal), 
	FOREIGN KEY(audit_id) REFERENCES audit_results (audit_id)
);
INSERT INTO "audit_verdicts" VALUES('499a6c6db19dcc5eaecfc0b2637669bd',0,'a7949e623819aa32-1','weights-sum',NULL,'pass','',1);
INSERT INTO "audit_verdicts" VALUES('2b3c61fb40fa06e91a84cdd52f6f4a59',0,'9a3f96912c5f85bc-1','weights-sum',NULL,'pass','',1);
CREATE TABLE audits (
	extraction_id VARCHAR(32) NOT NULL, 
	generation INTEGER NOT NULL, 
	rules TEXT NOT NULL, 
	audit_id VARCHAR(32) NOT NULL, 
	recorded_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (extraction_id, generation), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id), 
	FOREIGN KEY(audit_id) REFERENCES audit_results (audit_id)
);
INSERT INTO "audits" VALUES('ddf0e5d547ad02935078651ea8e36226',1,'1','499a6c6db19dcc5eaecfc0b2637669bd','2026-11-24T15:24:42.000+00:00');
INSERT INTO "audits" VALUES('b9c7239b1db7daa4bcc30b046d8b76c0',1,'1','2b3c61fb40fa06e91a84cdd52f6f4a59','2026-11-24T15:24:42.000+00:00');
INSERT INTO "audits" VALUES('01fce2fb7558b013f0b195da4c471d12',1,'1','1a91db6661cbb7134a5ef009af7e8c3d','2026-11-24T15:24:42.000+00:00');
CREATE TABLE extractions (
	document_id VARCHAR(64) NOT NULL, 
	generation INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	extractor TEXT NOT NULL, 
	extraction_id VARCHAR(32) NOT NULL, 
	recorded_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (document_id, generation), 
	UNIQUE (seq), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id)
);
INSERT INTO "extractions" VALUES('a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4',1,1,'1','ddf0e5d547ad02935078651ea8e36226','2026-11-24T15:24:41.867+00:00');
INSERT INTO "extractions" VALUES('9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663',1,2,'1','b9c7239b1db7daa4bcc30b046d8b76c0','2026-11-24T15:24:41.867+00:00');
INSERT INTO "extractions" VALUES('2db9cd6fd71383a8a4e7cae73b04b42258fdb3e29529f9ca65744ea831c8fc43',1,3,'1','01fce2fb7558b013f0b195da4c471d12','2026-11-24T15:24:41.867+00:00');
CREATE TABLE form_versions (
	series_id VARCHAR(32) NOT NULL, 
	extraction_id VARCHAR(32) NOT NULL, 
	form_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	document_id VARCHAR(64) NOT NULL, 
	recorded_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (series_id, extraction_id, form_id), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id)
);
INSERT INTO "form_versions" VALUES('89733ee45e69e7bcdc13d582fa619600','ddf0e5d547ad02935078651ea8e36226','a7949e623819aa32-1',1,'a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4','2026-11-24T15:24:41.867+00:00');
INSERT INTO "form_versions" VALUES('bef0829a19ffdbac80b28684ab44626d','b9c7239b1db7daa4bcc30b046d8b76c0','9a3f96912c5f85bc-1',1,'9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663','2026-11-24T15:24:41.867+00:00');
CREATE TABLE marks (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "marks" VALUES('published','key');
CREATE TABLE read_cells (
	extraction_id VARCHAR(32) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	form_id TEXT, 
	path TEXT, 
	text TEXT, 
	page INTEGER, 
	x0 DOUBLE, 
	top DOUBLE, 
	x1 DOUBLE, 
	bottom DOUBLE, 
	part INTEGER, 
	confidence DOUBLE, 
	doubt TEXT, 
	PRIMARY KEY (extraction_id, ordinal), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id)
);
CREATE TABLE read_documents (
	extraction_id VARCHAR(32) NOT NULL, 
	document_id TEXT, 
	document TEXT, 
	pages INTEGER, 
	status TEXT, 
	reason_code TEXT, 
	reason_message TEXT, 
	reason_hint TEXT, 
	forms INTEGER, 
	PRIMARY KEY (extraction_id)
);
INSERT INTO "read_documents" VALUES('ddf0e5d547ad02935078651ea8e36226','a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4','a.pdf',1,'ok',NULL,NULL,NULL,1);
INSERT INTO "read_documents" VALUES('b9c7239b1db7daa4bcc30b046d8b76c0','9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663','b.pdf',1,'ok',NULL,NULL,NULL,1);
INSERT INTO "read_documents" VALUES('01fce2fb7558b013f0b195da4c471d12','2db9cd6fd71383a8a4e7cae73b04b42258fdb3e29529f9ca65744ea831c8fc43','c.pdf',0,'rejected','password-locked','文件设有打开密码','请提供未加密的文件',0);
CREATE TABLE read_forms (
	extraction_id VARCHAR(32) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	form_id TEXT, 
	document_id TEXT, 
	document TEXT, 
	form INTEGER, 
	title TEXT, 
	year INTEGER, 
	project_name TEXT, 
	authority TEXT, 
	unit TEXT, 
	leader TEXT, 
	phone TEXT, 
	amount_unit TEXT, 
	goal_expected TEXT, 
	goal_actual TEXT, 
	total_label TEXT, 
	total_weight TEXT, 
	total_score TEXT, 
	total_explanation TEXT, 
	profile TEXT, 
	has_scores BOOLEAN, 
	total_weight_value TEXT, 
	total_weight_half TEXT, 
	total_score_value TEXT, 
	total_score_half TEXT, 
	PRIMARY KEY (extraction_id, ordinal), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id)
);
INSERT INTO "read_forms" VALUES('ddf0e5d547ad02935078651ea8e36226',0,'a7949e623819aa32-1','a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4','a.pdf',1,'项目支出绩效自评表',2022,'维护费','某局','某中心','张*','136****0000','万元',NULL,NULL,'总分','100','99.85',NULL,NULL,1,'100','0.5','99.85','0.005');
INSERT INTO "read_forms" VALUES('b9c7239b1db7daa4bcc30b046d8b76c0',0,'9a3f96912c5f85bc-1','9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663','b.pdf',1,'项目支出绩效自评表',2022,'维护费','某局','某站','张*','136****0000','万元',NULL,NULL,'总分','100','99.85',NULL,NULL,1,'100','0.5','99.85','0.005');
CREATE TABLE read_funds (
	extraction_id VARCHAR(32) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	record_id TEXT, 
	form_id TEXT, 
	document TEXT, 
	form INTEGER, 
	subject TEXT, 
	position INTEGER, 
	label TEXT, 
	is_total_row BOOLEAN, 
	initial TEXT, 
	budget TEXT, 
	executed TEXT, 
	weight TEXT, 
	rate TEXT, 
	score TEXT, 
	initial_value TEXT, 
	initial_half TEXT, 
	budget_value TEXT, 
	budget_half TEXT, 
	executed_value TEXT, 
	executed_half TEXT, 
	weight_value TEXT, 
	weight_half TEXT, 
	rate_value TEXT, 
	rate_half TEXT, 
	score_value TEXT, 
	score_half TEXT, 
	rate_fraction TEXT, 
	rate_fraction_half TEXT, 
	PRIMARY KEY (extraction_id, ordinal), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id)
);
INSERT INTO "read_funds" VALUES('ddf0e5d547ad02935078651ea8e36226',0,'a7949e623819aa32-1/funds/0','a7949e623819aa32-1','a.pdf',1,'funds/0',0,'年度资金总额',1,'100','100.00','98.5','10','98.50%','9.85','100','0.5','100.00','0.005','98.5','0.05','10','0.5','98.50','0.005','9.85','0.005','0.9850','0.00005');
INSERT INTO "read_funds" VALUES('b9c7239b1db7daa4bcc30b046d8b76c0',0,'9a3f96912c5f85bc-1/funds/0','9a3f96912c5f85bc-1','b.pdf',1,'funds/0',0,'年度资金总额',1,'100','100.00','98.5','10','98.50%','9.85','100','0.5','100.00','0.005','98.5','0.05','10','0.5','98.50','0.005','9.85','0.005','0.9850','0.00005');
CREATE TABLE read_indicators (
	extraction_id VARCHAR(32) NOT NULL, 
	ordinal INTEGER NOT NULL, 
	record_id TEXT, 
	form_id TEXT, 
	document TEXT, 
	form INTEGER, 
	subject TEXT, 
	position INTEGER, 
	level1 TEXT, 
	level2 TEXT, 
	level3 TEXT, 
	target TEXT, 
	actual TEXT, 
	weight TEXT, 
	score TEXT, 
	explanation TEXT, 
	weight_value TEXT, 
	weight_half TEXT, 
	score_value TEXT, 
	score_half TEXT, 
	is_placeholder BOOLEAN, 
	PRIMARY KEY (extraction_id, ordinal), 
	FOREIGN KEY(extraction_id) REFERENCES read_documents (extraction_id)
);
INSERT INTO "read_indicators" VALUES('ddf0e5d547ad02935078651ea8e36226',0,'a7949e623819aa32-1/indicators/0','a7949e623819aa32-1','a.pdf',1,'indicators/0',0,'产出指标','数量指标','设备数量','≥19台','19台','90','90','','90','0.5','90','0.5',0);
INSERT INTO "read_indicators" VALUES('b9c7239b1db7daa4bcc30b046d8b76c0',0,'9a3f96912c5f85bc-1/indicators/0','9a3f96912c5f85bc-1','b.pdf',1,'indicators/0',0,'产出指标','数量指标','设备数量','≥19台','19台','90','90','','90','0.5','90','0.5',0);
CREATE TABLE store_settings (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "store_settings" VALUES('schema','1');
CREATE TABLE submission_history (
	id INTEGER NOT NULL, 
	submission_id VARCHAR(32) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	run VARCHAR(40) NOT NULL, 
	note TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "submission_history" VALUES(1,'66118ef0eb17adca07a447d208e4f1dc','received','2026-11-24T15:24:42.058+00:00','run-1','');
INSERT INTO "submission_history" VALUES(2,'689e46f23ce8b777965948a136a0e30a','received','2026-11-24T15:24:42.058+00:00','run-1','');
INSERT INTO "submission_history" VALUES(3,'88307c3c6614a7ffb351ac3a69382dad','received','2026-11-24T15:24:42.058+00:00','run-1','');
INSERT INTO "submission_history" VALUES(4,'66118ef0eb17adca07a447d208e4f1dc','screened','2026-11-24T15:24:42.066+00:00','run-1','');
INSERT INTO "submission_history" VALUES(5,'689e46f23ce8b777965948a136a0e30a','screened','2026-11-24T15:24:42.066+00:00','run-1','');
INSERT INTO "submission_history" VALUES(6,'66118ef0eb17adca07a447d208e4f1dc','extracted','2026-11-24T15:24:42.261+00:00','run-1','');
INSERT INTO "submission_history" VALUES(7,'689e46f23ce8b777965948a136a0e30a','extracted','2026-11-24T15:24:42.261+00:00','run-1','');
CREATE TABLE submissions (
	submission_id VARCHAR(32) NOT NULL, 
	document TEXT NOT NULL, 
	path TEXT NOT NULL, 
	source TEXT NOT NULL, 
	document_id VARCHAR(64) NOT NULL, 
	bytes BIGINT NOT NULL, 
	modified VARCHAR(40) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	code VARCHAR(40) NOT NULL, 
	why TEXT NOT NULL, 
	hint TEXT NOT NULL, 
	duplicate_of TEXT NOT NULL, 
	reader VARCHAR(32) NOT NULL, 
	received_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (submission_id)
);
INSERT INTO "submissions" VALUES('66118ef0eb17adca07a447d208e4f1dc','a.pdf','a.pdf','file:///inbox/a.pdf','a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4',10,'1','extracted','','','','','','2026-11-24T15:24:42.058+00:00','2026-11-24T15:24:42.261+00:00');
INSERT INTO "submissions" VALUES('689e46f23ce8b777965948a136a0e30a','b.pdf','b.pdf','file:///inbox/b.pdf','9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663',10,'1','extracted','','','','','','2026-11-24T15:24:42.058+00:00','2026-11-24T15:24:42.261+00:00');
INSERT INTO "submissions" VALUES('88307c3c6614a7ffb351ac3a69382dad','c.pdf','c.pdf','file:///inbox/c.pdf','2db9cd6fd71383a8a4e7cae73b04b42258fdb3e29529f9ca65744ea831c8fc43',10,'1','received','','','','','','2026-11-24T15:24:42.058+00:00','2026-11-24T15:24:42.058+00:00');
CREATE TABLE waiver_entries (
	seq INTEGER NOT NULL, 
	finding_id TEXT NOT NULL, 
	action VARCHAR(8) NOT NULL CHECK (action IN ('accept', 'withdraw')), 
	form_id TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	who TEXT NOT NULL, 
	why TEXT NOT NULL, 
	recorded_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "waiver_entries" VALUES(1,'scores-sum-0','accept','a7949e623819aa32-1','scores-sum','total','审计员甲','尾差，已核对原始凭证','2026-11-24T15:24:42.033+00:00');
CREATE INDEX ix_waiver_entries_finding_id ON waiver_entries (finding_id);
CREATE INDEX read_forms_form ON read_forms (form_id);
CREATE INDEX ix_extractions_extraction_id ON extractions (extraction_id);
CREATE INDEX ix_form_versions_document_id ON form_versions (document_id);
CREATE INDEX ix_audit_findings_finding_id ON audit_findings (finding_id);
CREATE VIEW documents AS SELECT read_documents.document_id, read_documents.document, read_documents.pages, read_documents.status, read_documents.reason_code, read_documents.reason_message, read_documents.reason_hint, read_documents.forms, latest.extractor, latest.recorded_at 
FROM read_documents JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS latest ON latest.extraction_id = read_documents.extraction_id;
CREATE VIEW forms AS SELECT read_forms.form_id, read_forms.document_id, read_forms.document, read_forms.form, read_forms.title, read_forms.year, read_forms.project_name, read_forms.authority, read_forms.unit, read_forms.leader, read_forms.phone, read_forms.amount_unit, read_forms.goal_expected, read_forms.goal_actual, read_forms.total_label, read_forms.total_weight, read_forms.total_score, read_forms.total_explanation, read_forms.profile, read_forms.has_scores, CAST(read_forms.total_weight_value AS NUMERIC) AS total_weight_value, CAST(read_forms.total_weight_half AS NUMERIC) AS total_weight_half, CAST(read_forms.total_score_value AS NUMERIC) AS total_score_value, CAST(read_forms.total_score_half AS NUMERIC) AS total_score_half 
FROM read_forms JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS latest ON latest.extraction_id = read_forms.extraction_id;
CREATE VIEW funds AS SELECT read_funds.record_id, read_funds.form_id, read_funds.document, read_funds.form, read_funds.subject, read_funds.position, read_funds.label, read_funds.is_total_row, read_funds.initial, read_funds.budget, read_funds.executed, read_funds.weight, read_funds.rate, read_funds.score, CAST(read_funds.initial_value AS NUMERIC) AS initial_value, CAST(read_funds.initial_half AS NUMERIC) AS initial_half, CAST(read_funds.budget_value AS NUMERIC) AS budget_value, CAST(read_funds.budget_half AS NUMERIC) AS budget_half, CAST(read_funds.executed_value AS NUMERIC) AS executed_value, CAST(read_funds.executed_half AS NUMERIC) AS executed_half, CAST(read_funds.weight_value AS NUMERIC) AS weight_value, CAST(read_funds.weight_half AS NUMERIC) AS weight_half, CAST(read_funds.rate_value AS NUMERIC) AS rate_value, CAST(read_funds.rate_half AS NUMERIC) AS rate_half, CAST(read_funds.score_value AS NUMERIC) AS score_value, CAST(read_funds.score_half AS NUMERIC) AS score_half, CAST(read_funds.rate_fraction AS NUMERIC) AS rate_fraction, CAST(read_funds.rate_fraction_half AS NUMERIC) AS rate_fraction_half 
FROM read_funds JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS latest ON latest.extraction_id = read_funds.extraction_id;
CREATE VIEW indicators AS SELECT read_indicators.record_id, read_indicators.form_id, read_indicators.document, read_indicators.form, read_indicators.subject, read_indicators.position, read_indicators.level1, read_indicators.level2, read_indicators.level3, read_indicators.target, read_indicators.actual, read_indicators.weight, read_indicators.score, read_indicators.explanation, CAST(read_indicators.weight_value AS NUMERIC) AS weight_value, CAST(read_indicators.weight_half AS NUMERIC) AS weight_half, CAST(read_indicators.score_value AS NUMERIC) AS score_value, CAST(read_indicators.score_half AS NUMERIC) AS score_half, read_indicators.is_placeholder 
FROM read_indicators JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS latest ON latest.extraction_id = read_indicators.extraction_id;
CREATE VIEW cells AS SELECT read_cells.form_id, read_cells.path, read_cells.text, read_cells.page, read_cells.x0, read_cells.top, read_cells.x1, read_cells.bottom, read_cells.part, read_cells.confidence, read_cells.doubt 
FROM read_cells JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS latest ON latest.extraction_id = read_cells.extraction_id;
CREATE VIEW findings AS SELECT audit_findings.finding_id, audit_findings.form_id, audit_findings.document, audit_findings.form, audit_findings.rule, audit_findings.severity, audit_findings.subject, audit_findings.message, audit_findings.expected, audit_findings.actual, audit_findings.page, audit_findings.x0, audit_findings.top, audit_findings.x1, audit_findings.bottom, CASE WHEN (EXISTS (SELECT * 
FROM (SELECT waiver_entries.seq AS seq, waiver_entries.finding_id AS finding_id, waiver_entries.action AS action, waiver_entries.form_id AS form_id, waiver_entries.rule AS rule, waiver_entries.subject AS subject, waiver_entries.who AS who, waiver_entries.why AS why, waiver_entries.recorded_at AS recorded_at 
FROM waiver_entries 
WHERE waiver_entries.seq = (SELECT max(other.seq) AS max_1 
FROM waiver_entries AS other 
WHERE other.finding_id = waiver_entries.finding_id) AND waiver_entries.action = 'accept') AS standing 
WHERE standing.finding_id = audit_findings.finding_id)) THEN 'waived' ELSE 'open' END AS status 
FROM audit_findings JOIN (SELECT audits.extraction_id AS extraction_id, audits.generation AS generation, audits.rules AS rules, audits.audit_id AS audit_id, audits.recorded_at AS recorded_at, current_reading.document_id AS document_id, current_reading.arrival AS arrival 
FROM audits JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_2 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS current_reading ON current_reading.extraction_id = audits.extraction_id 
WHERE audits.generation = (SELECT max(other.generation) AS max_3 
FROM audits AS other 
WHERE other.extraction_id = audits.extraction_id)) AS latest_audit ON latest_audit.audit_id = audit_findings.audit_id;
CREATE VIEW verdicts AS SELECT audit_verdicts.form_id, audit_verdicts.rule, audit_verdicts.subject, audit_verdicts.verdict, audit_verdicts.why, audit_verdicts.records 
FROM audit_verdicts JOIN (SELECT audits.extraction_id AS extraction_id, audits.generation AS generation, audits.rules AS rules, audits.audit_id AS audit_id, audits.recorded_at AS recorded_at, current_reading.document_id AS document_id, current_reading.arrival AS arrival 
FROM audits JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS current_reading ON current_reading.extraction_id = audits.extraction_id 
WHERE audits.generation = (SELECT max(other.generation) AS max_2 
FROM audits AS other 
WHERE other.extraction_id = audits.extraction_id)) AS latest_audit ON latest_audit.audit_id = audit_verdicts.audit_id;
CREATE VIEW filings AS SELECT form_versions.series_id, form_versions.version, form_versions.form_id, form_versions.document_id, form_versions.recorded_at, read_forms.document, read_forms.form, read_forms.year, read_forms.unit, read_forms.project_name, read_forms.total_score 
FROM form_versions JOIN read_forms ON read_forms.extraction_id = form_versions.extraction_id AND read_forms.form_id = form_versions.form_id JOIN (SELECT extractions.document_id AS document_id, extractions.generation AS generation, extractions.seq AS seq, extractions.extractor AS extractor, extractions.extraction_id AS extraction_id, extractions.recorded_at AS recorded_at, (SELECT min(other.seq) AS min_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id) AS arrival 
FROM extractions 
WHERE extractions.generation = (SELECT max(other.generation) AS max_1 
FROM extractions AS other 
WHERE other.document_id = extractions.document_id)) AS latest ON latest.extraction_id = form_versions.extraction_id;
CREATE INDEX ix_submissions_state ON submissions (state);
CREATE INDEX ix_submissions_path ON submissions (path);
CREATE INDEX ix_submissions_document_id ON submissions (document_id);
CREATE INDEX ix_submission_history_submission_id ON submission_history (submission_id);
COMMIT;
