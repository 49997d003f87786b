-- Rows as production has them: NULLs, duplicates, orphans, long strings, dirty text, overlapping ranges.
INSERT INTO teams (name, city) VALUES ('red', 'Graz'), ('blue', 'Linz'), ('green', NULL);

INSERT INTO members (team_id, email, name, handle, age, feeling, legacy, score, joined) VALUES
    (1, 'ann@example.org', 'Ann', 'ann', 34, 'happy', 'A-17', 12.5000, '2024-03-01 09:30:00'),
    (1, 'bob@example.org', 'Bob Featherstonehaugh', 'bob', -1, 'sad', 'B-04', 99999999.9999, '2024-03-31 01:30:00'),
    (2, 'ann@example.org', NULL, 'cleo', NULL, 'ok', NULL, 0.3333, '2024-07-15 23:59:59'),
    (99, 'dora@example.org', 'Dora', 'dora', 51, NULL, 'D-22', NULL, '2025-01-01 00:00:00');

INSERT INTO orders (member_id, reference, amount, status, qty_text, payload, during, remarks) VALUES
    (1, 1001, 19.9900, 'new', '3', '{"gift": true}', '[2024-05-01,2024-05-10)', 'leave at the door'),
    (2, 9000000000, 1234.5678, 'being negotiated', ' 12 pcs', 'none', '[2024-05-05,2024-05-20)', NULL),
    (2, 1003, 0.0050, 'paid', NULL, '{}', '[2024-06-01,2024-06-02)', NULL);
-- A text that no compression makes small enough for an index.
UPDATE orders SET remarks = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 400) n) WHERE id = 3;

INSERT INTO team_members (team, member, since) VALUES (1, 1, '2024-03-01'), (1, 2, NULL), (2, 3, '2024-07-16');

INSERT INTO journal (line, written) VALUES
    ('opened', '2024-03-01 08:00:00+00'), ('opened', '2024-03-01 08:00:00+00'), (NULL, NULL);

INSERT INTO crm."Contact" ("Id", "fullName", phone, "taxCode", kind) VALUES
    ('5d0c4a5e-0000-4000-8000-000000000001', 'Miller & Sons', '+43 316 000-17', 'ATU11111111', 'company'),
    ('5d0c4a5e-0000-4000-8000-000000000002', 'Eva Novak', NULL, NULL, 'person'),
    ('5d0c4a5e-0000-4000-8000-000000000003', 'Eva Novak', '316-17', 'ATU33333333', 'person');

INSERT INTO crm.visits (contact, visited, place) VALUES
    ('5d0c4a5e-0000-4000-8000-000000000001', '2024-04-02', 'Graz'),
    ('5d0c4a5e-0000-4000-8000-00000000dead', '2024-04-03', NULL);

INSERT INTO tags (id, label, colour) VALUES (1, 'new', 'red'), (2, 'old', NULL);
SELECT setval('tags_id_seq', 2);
