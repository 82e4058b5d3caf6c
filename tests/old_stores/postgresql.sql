CREATE TABLE SCHEMA.audit_findings (
    audit_id character varying(32) NOT NULL,
    ordinal integer NOT NULL,
    finding_id text,
    form_id text,
    document text,
    form integer,
    rule text,
    severity text,
    subject text,
    message text,
    expected text,
    actual text,
    page integer,
    x0 double precision,
    top double precision,
    x1 double precision,
    bottom double precision
);
CREATE TABLE SCHEMA.audit_results (
    audit_id character varying(32) NOT NULL,
    extraction_id character varying(32) NOT NULL
);
CREATE TABLE SCHEMA.audit_verdicts (
    audit_id character varying(32) NOT NULL,
    ordinal integer NOT NULL,
    form_id text,
    rule text,
    subject text,
    verdict text,
    why text,
    records integer
);
CREATE TABLE SCHEMA.audits (
    extraction_id character varying(32) NOT NULL,
    generation integer NOT NULL,
    rules text NOT NULL,
    audit_id character varying(32) NOT NULL,
    recorded_at character varying(32) NOT NULL
);
CREATE TABLE SCHEMA.extractions (
    document_id character varying(64) NOT NULL,
    generation integer NOT NULL,
    seq integer NOT NULL,
    extractor text NOT NULL,
    extraction_id character varying(32) NOT NULL,
    recorded_at character varying(32) NOT NULL
);
CREATE TABLE SCHEMA.read_cells (
    extraction_id character varying(32) NOT NULL,
    ordinal integer NOT NULL,
    form_id text,
    path text,
    text text,
    page integer,
    x0 double precision,
    top double precision,
    x1 double precision,
    bottom double precision,
    part integer,
    confidence double precision,
    doubt text
);
CREATE VIEW SCHEMA.cells AS
 SELECT read_cells.form_id,
    read_cells.path,
    read_cells.text,
    read_cells.page,
    read_cells.x0,
    read_cells.top,
    read_cells.x1,
    read_cells.bottom,
    read_cells.part,
    read_cells.confidence,
    read_cells.doubt
   FROM (SCHEMA.read_cells
     JOIN ( SELECT extractions.document_id,
            extractions.generation,
            extractions.seq,
            extractions.extractor,
            extractions.extraction_id,
            extractions.recorded_at,
            ( SELECT min(other.seq) AS min_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
           FROM SCHEMA.extractions
          WHERE (extractions.generation = ( SELECT max(other.generation) AS max_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)))) latest ON (((latest.extraction_id)::text = (read_cells.extraction_id)::text)));
CREATE TABLE SCHEMA.read_documents (
    extraction_id character varying(32) NOT NULL,
    document_id text,
    document text,
    pages integer,
    status text,
    reason_code text,
    reason_message text,
    reason_hint text,
    forms integer
);
CREATE VIEW SCHEMA.documents AS
 SELECT read_documents.document_id,
    read_documents.document,
    read_documents.pages,
    read_documents.status,
    read_documents.reason_code,
    read_documents.reason_message,
    read_documents.reason_hint,
    read_documents.forms,
    latest.extractor,
    latest.recorded_at
   FROM (SCHEMA.read_documents
     JOIN ( SELECT extractions.document_id,
            extractions.generation,
            extractions.seq,
            extractions.extractor,
            extractions.extraction_id,
            extractions.recorded_at,
            ( SELECT min(other.seq) AS min_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
           FROM SCHEMA.extractions
          WHERE (extractions.generation = ( SELECT max(other.generation) AS max_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)))) latest ON (((latest.extraction_id)::text = (read_documents.extraction_id)::text)));
CREATE TABLE SCHEMA.form_versions (
    series_id character varying(32) NOT NULL,
    extraction_id character varying(32) NOT NULL,
    form_id text NOT NULL,
    version integer NOT NULL,
    document_id character varying(64) NOT NULL,
    recorded_at character varying(32) NOT NULL
);
CREATE TABLE SCHEMA.read_forms (
    extraction_id character varying(32) NOT NULL,
    ordinal integer NOT NULL,
    form_id text,
    document_id text,
    document text,
    form integer,
    title text,
    year integer,
    project_name text,
    authority text,
    unit text,
    leader text,
    phone text,
    amount_unit text,
    goal_expected text,
    goal_actual text,
    total_label text,
    total_weight text,
    total_score text,
    total_explanation text,
    profile text,
    has_scores boolean,
    total_weight_value numeric,
    total_weight_half numeric,
    total_score_value numeric,
    total_score_half numeric
);
CREATE VIEW SCHEMA.filings AS
 SELECT form_versions.series_id,
    form_versions.version,
    form_versions.form_id,
    form_versions.document_id,
    form_versions.recorded_at,
    read_forms.document,
    read_forms.form,
    read_forms.year,
    read_forms.unit,
    read_forms.project_name,
    read_forms.total_score
   FROM ((SCHEMA.form_versions
     JOIN SCHEMA.read_forms ON ((((read_forms.extraction_id)::text = (form_versions.extraction_id)::text) AND (read_forms.form_id = form_versions.form_id))))
     JOIN ( SELECT extractions.document_id,
            extractions.generation,
            extractions.seq,
            extractions.extractor,
            extractions.extraction_id,
            extractions.recorded_at,
            ( SELECT min(other.seq) AS min_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
           FROM SCHEMA.extractions
          WHERE (extractions.generation = ( SELECT max(other.generation) AS max_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)))) latest ON (((latest.extraction_id)::text = (form_versions.extraction_id)::text)));
CREATE TABLE SCHEMA.waiver_entries (
    seq integer NOT NULL,
    finding_id text NOT NULL,
    action character varying(8) NOT NULL,
    form_id text NOT NULL,
    rule text NOT NULL,
    subject text NOT NULL,
    who text NOT NULL,
    why text NOT NULL,
    recorded_at character varying(32) NOT NULL,
    CONSTRAINT waiver_entries_action_check CHECK (((action)::text = ANY ((ARRAY['accept'::character varying, 'withdraw'::character varying])::text[])))
);
CREATE VIEW SCHEMA.findings AS
 SELECT audit_findings.finding_id,
    audit_findings.form_id,
    audit_findings.document,
    audit_findings.form,
    audit_findings.rule,
    audit_findings.severity,
    audit_findings.subject,
    audit_findings.message,
    audit_findings.expected,
    audit_findings.actual,
    audit_findings.page,
    audit_findings.x0,
    audit_findings.top,
    audit_findings.x1,
    audit_findings.bottom,
        CASE
            WHEN (EXISTS ( SELECT standing.seq,
                standing.finding_id,
                standing.action,
                standing.form_id,
                standing.rule,
                standing.subject,
                standing.who,
                standing.why,
                standing.recorded_at
               FROM ( SELECT waiver_entries.seq,
                        waiver_entries.finding_id,
                        waiver_entries.action,
                        waiver_entries.form_id,
                        waiver_entries.rule,
                        waiver_entries.subject,
                        waiver_entries.who,
                        waiver_entries.why,
                        waiver_entries.recorded_at
                       FROM SCHEMA.waiver_entries
                      WHERE ((waiver_entries.seq = ( SELECT max(other.seq) AS max_1
                               FROM SCHEMA.waiver_entries other
                              WHERE (other.finding_id = waiver_entries.finding_id))) AND ((waiver_entries.action)::text = 'accept'::text))) standing
              WHERE (standing.finding_id = audit_findings.finding_id))) THEN 'waived'::text
            ELSE 'open'::text
        END AS status
   FROM (SCHEMA.audit_findings
     JOIN ( SELECT audits.extraction_id,
            audits.generation,
            audits.rules,
            audits.audit_id,
            audits.recorded_at,
            current_reading.document_id,
            current_reading.arrival
           FROM (SCHEMA.audits
             JOIN ( SELECT extractions.document_id,
                    extractions.generation,
                    extractions.seq,
                    extractions.extractor,
                    extractions.extraction_id,
                    extractions.recorded_at,
                    ( SELECT min(other.seq) AS min_1
                           FROM SCHEMA.extractions other
                          WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
                   FROM SCHEMA.extractions
                  WHERE (extractions.generation = ( SELECT max(other.generation) AS max_2
                           FROM SCHEMA.extractions other
                          WHERE ((other.document_id)::text = (extractions.document_id)::text)))) current_reading ON (((current_reading.extraction_id)::text = (audits.extraction_id)::text)))
          WHERE (audits.generation = ( SELECT max(other.generation) AS max_3
                   FROM SCHEMA.audits other
                  WHERE ((other.extraction_id)::text = (audits.extraction_id)::text)))) latest_audit ON (((latest_audit.audit_id)::text = (audit_findings.audit_id)::text)));
CREATE VIEW SCHEMA.forms AS
 SELECT read_forms.form_id,
    read_forms.document_id,
    read_forms.document,
    read_forms.form,
    read_forms.title,
    read_forms.year,
    read_forms.project_name,
    read_forms.authority,
    read_forms.unit,
    read_forms.leader,
    read_forms.phone,
    read_forms.amount_unit,
    read_forms.goal_expected,
    read_forms.goal_actual,
    read_forms.total_label,
    read_forms.total_weight,
    read_forms.total_score,
    read_forms.total_explanation,
    read_forms.profile,
    read_forms.has_scores,
    read_forms.total_weight_value,
    read_forms.total_weight_half,
    read_forms.total_score_value,
    read_forms.total_score_half
   FROM (SCHEMA.read_forms
     JOIN ( SELECT extractions.document_id,
            extractions.generation,
            extractions.seq,
            extractions.extractor,
            extractions.extraction_id,
            extractions.recorded_at,
            ( SELECT min(other.seq) AS min_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
           FROM SCHEMA.extractions
          WHERE (extractions.generation = ( SELECT max(other.generation) AS max_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)))) latest ON (((latest.extraction_id)::text = (read_forms.extraction_id)::text)));
CREATE TABLE SCHEMA.read_funds (
    extraction_id character varying(32) NOT NULL,
    ordinal integer NOT NULL,
    record_id text,
    form_id text,
    document text,
    form integer,
    subject text,
    "position" integer,
    label text,
    is_total_row boolean,
    initial text,
    budget text,
    executed text,
    weight text,
    rate text,
    score text,
    initial_value numeric,
    initial_half numeric,
    budget_value numeric,
    budget_half numeric,
    executed_value numeric,
    executed_half numeric,
    weight_value numeric,
    weight_half numeric,
    rate_value numeric,
    rate_half numeric,
    score_value numeric,
    score_half numeric,
    rate_fraction numeric,
    rate_fraction_half numeric
);
CREATE VIEW SCHEMA.funds AS
 SELECT read_funds.record_id,
    read_funds.form_id,
    read_funds.document,
    read_funds.form,
    read_funds.subject,
    read_funds."position",
    read_funds.label,
    read_funds.is_total_row,
    read_funds.initial,
    read_funds.budget,
    read_funds.executed,
    read_funds.weight,
    read_funds.rate,
    read_funds.score,
    read_funds.initial_value,
    read_funds.initial_half,
    read_funds.budget_value,
    read_funds.budget_half,
    read_funds.executed_value,
    read_funds.executed_half,
    read_funds.weight_value,
    read_funds.weight_half,
    read_funds.rate_value,
    read_funds.rate_half,
    read_funds.score_value,
    read_funds.score_half,
    read_funds.rate_fraction,
    read_funds.rate_fraction_half
   FROM (SCHEMA.read_funds
     JOIN ( SELECT extractions.document_id,
            extractions.generation,
            extractions.seq,
            extractions.extractor,
            extractions.extraction_id,
            extractions.recorded_at,
            ( SELECT min(other.seq) AS min_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
           FROM SCHEMA.extractions
          WHERE (extractions.generation = ( SELECT max(other.generation) AS max_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)))) latest ON (((latest.extraction_id)::text = (read_funds.extraction_id)::text)));
CREATE TABLE SCHEMA.read_indicators (
    extraction_id character varying(32) NOT NULL,
    ordinal integer NOT NULL,
    record_id text,
    form_id text,
    document text,
    form integer,
    subject text,
    "position" integer,
    level1 text,
    level2 text,
    level3 text,
    target text,
    actual text,
    weight text,
    score text,
    explanation text,
    weight_value numeric,
    weight_half numeric,
    score_value numeric,
    score_half numeric,
    is_placeholder boolean
);
CREATE VIEW SCHEMA.indicators AS
 SELECT read_indicators.record_id,
    read_indicators.form_id,
    read_indicators.document,
    read_indicators.form,
    read_indicators.subject,
    read_indicators."position",
    read_indicators.level1,
    read_indicators.level2,
    read_indicators.level3,
    read_indicators.target,
    read_indicators.actual,
    read_indicators.weight,
    read_indicators.score,
    read_indicators.explanation,
    read_indicators.weight_value,
    read_indicators.weight_half,
    read_indicators.score_value,
    read_indicators.score_half,
    read_indicators.is_placeholder
   FROM (SCHEMA.read_indicators
     JOIN ( SELECT extractions.document_id,
            extractions.generation,
            extractions.seq,
            extractions.extractor,
            extractions.extraction_id,
            extractions.recorded_at,
            ( SELECT min(other.seq) AS min_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
           FROM SCHEMA.extractions
          WHERE (extractions.generation = ( SELECT max(other.generation) AS max_1
                   FROM SCHEMA.extractions other
                  WHERE ((other.document_id)::text = (extractions.document_id)::text)))) latest ON (((latest.extraction_id)::text = (read_indicators.extraction_id)::text)));
CREATE TABLE SCHEMA.marks (
    name character varying(40) NOT NULL,
    value text NOT NULL
);
CREATE TABLE SCHEMA.store_settings (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE SCHEMA.submission_history (
    id integer NOT NULL,
    submission_id character varying(32) NOT NULL,
    state character varying(16) NOT NULL,
    at character varying(32) NOT NULL,
    run character varying(40) NOT NULL,
    note text NOT NULL
);
CREATE SEQUENCE SCHEMA.submission_history_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE SCHEMA.submission_history_id_seq OWNED BY SCHEMA.submission_history.id;
CREATE TABLE SCHEMA.submissions (
    submission_id character varying(32) NOT NULL,
    document text NOT NULL,
    path text NOT NULL,
    source text NOT NULL,
    document_id character varying(64) NOT NULL,
    bytes bigint NOT NULL,
    modified character varying(40) NOT NULL,
    state character varying(16) NOT NULL,
    code character varying(40) NOT NULL,
    why text NOT NULL,
    hint text NOT NULL,
    duplicate_of text NOT NULL,
    reader character varying(32) NOT NULL,
    received_at character varying(32) NOT NULL,
    updated_at character varying(32) NOT NULL
);
CREATE VIEW SCHEMA.verdicts AS
 SELECT audit_verdicts.form_id,
    audit_verdicts.rule,
    audit_verdicts.subject,
    audit_verdicts.verdict,
    audit_verdicts.why,
    audit_verdicts.records
   FROM (SCHEMA.audit_verdicts
     JOIN ( SELECT audits.extraction_id,
            audits.generation,
            audits.rules,
            audits.audit_id,
            audits.recorded_at,
            current_reading.document_id,
            current_reading.arrival
           FROM (SCHEMA.audits
             JOIN ( SELECT extractions.document_id,
                    extractions.generation,
                    extractions.seq,
                    extractions.extractor,
                    extractions.extraction_id,
                    extractions.recorded_at,
                    ( SELECT min(other.seq) AS min_1
                           FROM SCHEMA.extractions other
                          WHERE ((other.document_id)::text = (extractions.document_id)::text)) AS arrival
                   FROM SCHEMA.extractions
                  WHERE (extractions.generation = ( SELECT max(other.generation) AS max_1
                           FROM SCHEMA.extractions other
                          WHERE ((other.document_id)::text = (extractions.document_id)::text)))) current_reading ON (((current_reading.extraction_id)::text = (audits.extraction_id)::text)))
          WHERE (audits.generation = ( SELECT max(other.generation) AS max_2
                   FROM SCHEMA.audits other
                  WHERE ((other.extraction_id)::text = (audits.extraction_id)::text)))) latest_audit ON (((latest_audit.audit_id)::text = (audit_verdicts.audit_id)::text)));
ALTER TABLE ONLY SCHEMA.submission_history ALTER COLUMN id SET DEFAULT nextval('SCHEMA.submission_history_id_seq'::regclass);
INSERT INTO SCHEMA.audit_findings VALUES
	('499a6c6db19dcc5eaecfc0b2637669bd', 0, 'scores-sum-0', 'a7949e623819aa32-1', 'a.pdf', 1, 'scores-sum', 'error', 'total', '得分合计应为 94，表中为 93', '94', '93', 1, 1.5, 2, 3, 4),
	('2b3c61fb40fa06e91a84cdd52f6f4a59', 0, 'weights-sum-1', '9a3f96912c5f85bc-1', 'b.pdf', 1, 'weights-sum', 'error', 'total', '得分合计应为 94，表中为 93', '94', '93', 1, 1.5, 2, 3, 4);
INSERT INTO SCHEMA.audit_results VALUES
	('499a6c6db19dcc5eaecfc0b2637669bd', 'ddf0e5d547ad02935078651ea8e36226'),
	('2b3c61fb40fa06e91a84cdd52f6f4a59', 'b9c7239b1db7daa4bcc30b046d8b76c0'),
	('1a91db6661cbb7134a5ef009af7e8c3d', '01fce2fb7558b013f0b195da4c471d12');
INSERT INTO SCHEMA.audit_verdicts VALUES
	('499a6c6db19dcc5eaecfc0b2637669bd', 0, 'a7949e623819aa32-1', 'weights-sum', NULL, 'pass', '', 1),
	('2b3c61fb40fa06e91a84cdd52f6f4a59', 0, '9a3f96912c5f85bc-1', 'weights-sum', NULL, 'pass', '', 1);
INSERT INTO SCHEMA.audits VALUES
	('ddf0e5d547ad02935078651ea8e36226', 1, '1', '499a6c6db19dcc5eaecfc0b2637669bd', '2026-11-24T15:24:45.795+00:00'),
	('b9c7239b1db7daa4bcc30b046d8b76c0', 1, '1', '2b3c61fb40fa06e91a84cdd52f6f4a59', '2026-11-24T15:24:45.795+00:00'),
	('01fce2fb7558b013f0b195da4c471d12', 1, '1', '1a91db6661cbb7134a5ef009af7e8c3d', '2026-11-24T15:24:45.795+00:00');
INSERT INTO SCHEMA.extractions VALUES
	('a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4', 1, 1, '1', 'ddf0e5d547ad02935078651ea8e36226', '2026-11-24T15:24:45.696+00:00'),
	('9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663', 1, 2, '1', 'b9c7239b1db7daa4bcc30b046d8b76c0', '2026-11-24T15:24:45.696+00:00'),
	('2db9cd6fd71383a8a4e7cae73b04b42258fdb3e29529f9ca65744ea831c8fc43', 1, 3, '1', '01fce2fb7558b013f0b195da4c471d12', '2026-11-24T15:24:45.696+00:00');
INSERT INTO SCHEMA.form_versions VALUES
	('89733ee45e69e7bcdc13d582fa619600', 'ddf0e5d547ad02935078651ea8e36226', 'a7949e623819aa32-1', 1, 'a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4', '2026-11-24T15:24:45.696+00:00'),
	('bef0829a19ffdbac80b28684ab44626d', 'b9c7239b1db7daa4bcc30b046d8b76c0', '9a3f96912c5f85bc-1', 1, '9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663', '2026-11-24T15:24:45.696+00:00');
INSERT INTO SCHEMA.marks VALUES
	('published', 'key');
INSERT INTO SCHEMA.read_documents VALUES
	('ddf0e5d547ad02935078651ea8e36226', 'a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4', 'a.pdf', 1, 'ok', NULL, NULL, NULL, 1),
	('b9c7239b1db7daa4bcc30b046d8b76c0', '9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663', 'b.pdf', 1, 'ok', NULL, NULL, NULL, 1),
	('01fce2fb7558b013f0b195da4c471d12', '2db9cd6fd71383a8a4e7cae73b04b42258fdb3e29529f9ca65744ea831c8fc43', 'c.pdf', 0, 'rejected', 'password-locked', '文件设有打开密码', '请提供未加密的文件', 0);
INSERT INTO SCHEMA.read_forms VALUES
	('ddf0e5d547ad02935078651ea8e36226', 0, 'a7949e623819aa32-1', 'a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4', 'a.pdf', 1, '项目支出绩效自评表', 2022, '维护费', '某局', '某中心', '张*', '136****0000', '万元', NULL, NULL, '总分', '100', '99.85', NULL, NULL, true, 100, 0.5, 99.85, 0.005),
	('b9c7239b1db7daa4bcc30b046d8b76c0', 0, '9a3f96912c5f85bc-1', '9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663', 'b.pdf', 1, '项目支出绩效自评表', 2022, '维护费', '某局', '某站', '张*', '136****0000', '万元', NULL, NULL, '总分', '100', '99.85', NULL, NULL, true, 100, 0.5, 99.85, 0.005);
INSERT INTO SCHEMA.read_funds VALUES
	('ddf0e5d547ad02935078651ea8e36226', 0, 'a7949e623819aa32-1/funds/0', 'a7949e623819aa32-1', 'a.pdf', 1, 'funds/0', 0, '年度资金总额', true, '100', '100.00', '98.5', '10', '98.50%', '9.85', 100, 0.5, 100.00, 0.005, 98.5, 0.05, 10, 0.5, 98.50, 0.005, 9.85, 0.005, 0.9850, 0.00005),
	('b9c7239b1db7daa4bcc30b046d8b76c0', 0, '9a3f96912c5f85bc-1/funds/0', '9a3f96912c5f85bc-1', 'b.pdf', 1, 'funds/0', 0, '年度资金总额', true, '100', '100.00', '98.5', '10', '98.50%', '9.85', 100, 0.5, 100.00, 0.005, 98.5, 0.05, 10, 0.5, 98.50, 0.005, 9.85, 0.005, 0.9850, 0.00005);
INSERT INTO SCHEMA.read_indicators VALUES
	('ddf0e5d547ad02935078651ea8e36226', 0, 'a7949e623819aa32-1/indicators/0', 'a7949e623819aa32-1', 'a.pdf', 1, 'indicators/0', 0, '产出指标', '数量指标', '设备数量', '≥19台', '19台', '90', '90', '', 90, 0.5, 90, 0.5, false),
	('b9c7239b1db7daa4bcc30b046d8b76c0', 0, '9a3f96912c5f85bc-1/indicators/0', '9a3f96912c5f85bc-1', 'b.pdf', 1, 'indicators/0', 0, '产出指标', '数量指标', '设备数量', '≥19台', '19台', '90', '90', '', 90, 0.5, 90, 0.5, false);
INSERT INTO SCHEMA.store_settings VALUES
	('schema', '1');
INSERT INTO SCHEMA.submission_history VALUES
	(1, '66118ef0eb17adca07a447d208e4f1dc', 'received', '2026-11-24T15:24:45.892+00:00', 'run-1', ''),
	(2, '689e46f23ce8b777965948a136a0e30a', 'received', '2026-11-24T15:24:45.892+00:00', 'run-1', ''),
	(3, '88307c3c6614a7ffb351ac3a69382dad', 'received', '2026-11-24T15:24:45.892+00:00', 'run-1', ''),
	(4, '66118ef0eb17adca07a447d208e4f1dc', 'screened', '2026-11-24T15:24:45.907+00:00', 'run-1', ''),
	(5, '689e46f23ce8b777965948a136a0e30a', 'screened', '2026-11-24T15:24:45.907+00:00', 'run-1', ''),
	(6, '66118ef0eb17adca07a447d208e4f1dc', 'extracted', '2026-11-24T15:24:45.917+00:00', 'run-1', ''),
	(7, '689e46f23ce8b777965948a136a0e30a', 'extracted', '2026-11-24T15:24:45.917+00:00', 'run-1', '');
INSERT INTO SCHEMA.submissions VALUES
	('88307c3c6614a7ffb351ac3a69382dad', 'c.pdf', 'c.pdf', 'file:///inbox/c.pdf', '2db9cd6fd71383a8a4e7cae73b04b42258fdb3e29529f9ca65744ea831c8fc43', 10, '1', 'received', '', '', '', '', '', '2026-11-24T15:24:45.892+00:00', '2026-11-24T15:24:45.892+00:00'),
	('66118ef0eb17adca07a447d208e4f1dc', 'a.pdf', 'a.pdf', 'file:///inbox/a.pdf', 'a7949e623819aa32baf4c32d0457e275b4eff130ec61f43cf284ffdef26efcf4', 10, '1', 'extracted', '', '', '', '', '', '2026-11-24T15:24:45.892+00:00', '2026-11-24T15:24:45.917+00:00'),
	('689e46f23ce8b777965948a136a0e30a', 'b.pdf', 'b.pdf', 'file:///inbox/b.pdf', '9a3f96912c5f85bc082ca0bbeb28e72f588f4517c173982ccdc57a0e18a42663', 10, '1', 'extracted', '', '', '', '', '', '2026-11-24T15:24:45.892+00:00', '2026-11-24T15:24:45.917+00:00');
INSERT INTO SCHEMA.waiver_entries VALUES
	(1, 'scores-sum-0', 'accept', 'a7949e623819aa32-1', 'scores-sum', 'total', '审计员甲', '尾差，已核对原始凭证', '2026-11-24T15:24:45.827+00:00');
SELECT pg_catalog.setval('SCHEMA.submission_history_id_seq', 7, true);
ALTER TABLE ONLY SCHEMA.audit_findings
    ADD CONSTRAINT audit_findings_pkey PRIMARY KEY (audit_id, ordinal);
ALTER TABLE ONLY SCHEMA.audit_results
    ADD CONSTRAINT audit_results_pkey PRIMARY KEY (audit_id);
ALTER TABLE ONLY SCHEMA.audit_verdicts
    ADD CONSTRAINT audit_verdicts_pkey PRIMARY KEY (audit_id, ordinal);
ALTER TABLE ONLY SCHEMA.audits
    ADD CONSTRAINT audits_pkey PRIMARY KEY (extraction_id, generation);
ALTER TABLE ONLY SCHEMA.extractions
    ADD CONSTRAINT extractions_pkey PRIMARY KEY (document_id, generation);
ALTER TABLE ONLY SCHEMA.extractions
    ADD CONSTRAINT extractions_seq_key UNIQUE (seq);
ALTER TABLE ONLY SCHEMA.form_versions
    ADD CONSTRAINT form_versions_pkey PRIMARY KEY (series_id, extraction_id, form_id);
ALTER TABLE ONLY SCHEMA.marks
    ADD CONSTRAINT marks_pkey PRIMARY KEY (name);
ALTER TABLE ONLY SCHEMA.read_cells
    ADD CONSTRAINT read_cells_pkey PRIMARY KEY (extraction_id, ordinal);
ALTER TABLE ONLY SCHEMA.read_documents
    ADD CONSTRAINT read_documents_pkey PRIMARY KEY (extraction_id);
ALTER TABLE ONLY SCHEMA.read_forms
    ADD CONSTRAINT read_forms_pkey PRIMARY KEY (extraction_id, ordinal);
ALTER TABLE ONLY SCHEMA.read_funds
    ADD CONSTRAINT read_funds_pkey PRIMARY KEY (extraction_id, ordinal);
ALTER TABLE ONLY SCHEMA.read_indicators
    ADD CONSTRAINT read_indicators_pkey PRIMARY KEY (extraction_id, ordinal);
ALTER TABLE ONLY SCHEMA.store_settings
    ADD CONSTRAINT store_settings_pkey PRIMARY KEY (name);
ALTER TABLE ONLY SCHEMA.submission_history
    ADD CONSTRAINT submission_history_pkey PRIMARY KEY (id);
ALTER TABLE ONLY SCHEMA.submissions
    ADD CONSTRAINT submissions_pkey PRIMARY KEY (submission_id);
ALTER TABLE ONLY SCHEMA.waiver_entries
    ADD CONSTRAINT waiver_entries_pkey PRIMARY KEY (seq);
CREATE INDEX ix_audit_findings_finding_id ON SCHEMA.audit_findings USING btree (finding_id);
CREATE INDEX ix_extractions_extraction_id ON SCHEMA.extractions USING btree (extraction_id);
CREATE INDEX ix_form_versions_document_id ON SCHEMA.form_versions USING btree (document_id);
CREATE INDEX ix_submission_history_submission_id ON SCHEMA.submission_history USING btree (submission_id);
CREATE INDEX ix_submissions_document_id ON SCHEMA.submissions USING btree (document_id);
CREATE INDEX ix_submissions_path ON SCHEMA.submissions USING btree (path);
CREATE INDEX ix_submissions_state ON SCHEMA.submissions USING btree (state);
CREATE INDEX ix_waiver_entries_finding_id ON SCHEMA.waiver_entries USING btree (finding_id);
CREATE INDEX read_forms_form ON SCHEMA.read_forms USING btree (form_id);
ALTER TABLE ONLY SCHEMA.audit_findings
    ADD CONSTRAINT audit_findings_audit_id_fkey FOREIGN KEY (audit_id) REFERENCES SCHEMA.audit_results(audit_id);
ALTER TABLE ONLY SCHEMA.audit_results
    ADD CONSTRAINT audit_results_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
ALTER TABLE ONLY SCHEMA.audit_verdicts
    ADD CONSTRAINT audit_verdicts_audit_id_fkey FOREIGN KEY (audit_id) REFERENCES SCHEMA.audit_results(audit_id);
ALTER TABLE ONLY SCHEMA.audits
    ADD CONSTRAINT audits_audit_id_fkey FOREIGN KEY (audit_id) REFERENCES SCHEMA.audit_results(audit_id);
ALTER TABLE ONLY SCHEMA.audits
    ADD CONSTRAINT audits_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
ALTER TABLE ONLY SCHEMA.extractions
    ADD CONSTRAINT extractions_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
ALTER TABLE ONLY SCHEMA.form_versions
    ADD CONSTRAINT form_versions_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
ALTER TABLE ONLY SCHEMA.read_cells
    ADD CONSTRAINT read_cells_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
ALTER TABLE ONLY SCHEMA.read_forms
    ADD CONSTRAINT read_forms_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
ALTER TABLE ONLY SCHEMA.read_funds
    ADD CONSTRAINT read_funds_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
ALTER TABLE ONLY SCHEMA.read_indicators
    ADD CONSTRAINT read_indicators_extraction_id_fkey FOREIGN KEY (extraction_id) REFERENCES SCHEMA.read_documents(extraction_id);
