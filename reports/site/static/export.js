/* A table as a file: CSV, or a workbook that Excel opens (a zip of a few XML parts, stored without compression). Text stays text. */
"use strict";
(function () {
  var FORMULA = /^[=+\-@\t\r]/;

  function csvCell(value) {
    var text = value === null || value === undefined ? "" : String(value);
    if (FORMULA.test(text) && !/^[+-]?[\d.,]+$/.test(text)) text = "'" + text;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csv(table) {
    var lines = [table.columns.map(function (c) { return csvCell(c.label); })].concat(table.rows.map(function (row) { return row.map(csvCell); }));
    return new Blob(["\ufeff" + lines.map(function (line) { return line.join(","); }).join("\r\n") + "\r\n"], { type: "text/csv" });
  }

  function xml(text) {
    return String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"]/g, function (c) { return { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[c]; });
  }
  function letters(number) { return (number > 26 ? String.fromCharCode(64 + Math.floor((number - 1) / 26)) : "") + String.fromCharCode(65 + (number - 1) % 26); }
  var WIDTHS = { link: 40, text: 28, money: 16, percent: 10 }, STYLES = { money: 2, percent: 3 };

  function cell(value, at, row, kind) {
    var place = letters(at) + row;
    if (value === null || value === undefined || value === "") return "";
    if (typeof value === "number") return '<c r="' + place + '" s="' + (STYLES[kind] || 0) + '"><v>' + (kind === "percent" ? value / 100 : value) + "</v></c>";
    return '<c r="' + place + '" t="inlineStr"' + (row === 1 ? ' s="1"' : "") + '><is><t xml:space="preserve">' + xml(value) + "</t></is></c>";
  }

  function sheet(table) {
    var last = letters(table.columns.length) + (table.rows.length + 1);
    var rows = [table.columns.map(function (c) { return c.label; })].concat(table.rows).map(function (row, i) {
      return '<row r="' + (i + 1) + '">' + row.map(function (value, at) { return cell(value, at + 1, i + 1, table.columns[at].kind); }).join("") + "</row>";
    });
    return '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
      + '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
      + table.columns.map(function (c, at) { return '<col min="' + (at + 1) + '" max="' + (at + 1) + '" width="' + (WIDTHS[c.kind] || 10) + '" customWidth="1"/>'; }).join("")
      + "</cols><sheetData>" + rows.join("") + '</sheetData><autoFilter ref="A1:' + last + '"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>';
  }

  var HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n', OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
  function workbook(table) {
    var main = ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"', packaged = "http://schemas.openxmlformats.org/package/2006/";
    return zip({
      "[Content_Types].xml": '<Types xmlns="' + packaged + 'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="' + TYPE + 'sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="' + TYPE + 'worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="' + TYPE + 'styles+xml"/></Types>',
      "_rels/.rels": '<Relationships xmlns="' + packaged + 'relationships"><Relationship Id="rId1" Type="' + OFFICE + '/officeDocument" Target="xl/workbook.xml"/></Relationships>',
      "xl/workbook.xml": "<workbook" + main + ' xmlns:r="' + OFFICE + '"><sheets><sheet name="' + xml(table.title) + '" sheetId="1" r:id="rId1"/></sheets></workbook>',
      "xl/_rels/workbook.xml.rels": '<Relationships xmlns="' + packaged + 'relationships"><Relationship Id="rId1" Type="' + OFFICE + '/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="' + OFFICE + '/styles" Target="styles.xml"/></Relationships>',
      "xl/styles.xml": "<styleSheet" + main + '><numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.00####"/></numFmts><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="10" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
      "xl/worksheets/sheet1.xml": sheet(table)
    });
  }

  var CRC = new Uint32Array(256).map(function (_, n) { for (var k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });
  function crc(bytes) { var c = ~0; for (var i = 0; i < bytes.length; i++) c = CRC[(c ^ bytes[i]) & 255] ^ (c >>> 8); return ~c >>> 0; }
  function fields(sizes) {
    var view = new DataView(new ArrayBuffer(sizes.reduce(function (sum, s) { return sum + s[0]; }, 0))), at = 0;
    sizes.forEach(function (s) { if (s[0] === 2) view.setUint16(at, s[1], true); else view.setUint32(at, s[1], true); at += s[0]; });
    return new Uint8Array(view.buffer);
  }
  function zip(parts) {
    var files = [], index = [], at = 0, indexed = 0, encoder = new TextEncoder();
    Object.keys(parts).forEach(function (path) {
      var data = encoder.encode(HEAD + parts[path]), name = encoder.encode(path);
      /* version, UTF-8 names, stored, 1980-01-01, checksum, sizes, length of the name */
      var common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, crc(data)], [4, data.length], [4, data.length], [2, name.length], [2, 0]];
      var head = fields([[4, 0x04034b50]].concat(common)), entry = fields([[4, 0x02014b50], [2, 20]].concat(common, [[2, 0], [2, 0], [2, 0], [4, 0], [4, at]]));
      files.push(head, name, data);
      index.push(entry, name);
      at += head.length + name.length + data.length;
      indexed += entry.length + name.length;
    });
    var count = Object.keys(parts).length, end = fields([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, indexed], [4, at], [2, 0]]);
    return new Blob(files.concat(index, [end]), { type: TYPE + "sheet" });
  }

  /* `table` is { name, title, columns: [{ label, kind }], rows }; `kind` csv or xlsx. */
  selfeval.download = function (kind, table) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(kind === "csv" ? csv(table) : workbook(table));
    link.download = table.title + "." + kind;
    link.click();
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  };
})();
