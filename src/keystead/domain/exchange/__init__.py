"""Files in, from upload to undo. The verbs stand here (`imports` for surfaces, `working` for jobs), and what all steps share:
fields, keys, tables, problems. The steps have a room each, in the order in which a file passes through them: `reading` (rows of
text), `parsing` (values), `recognising` (what columns and names mean here), `judging` (what each row would do), `changing` (done,
and taken back). Imports among them only go back along that way.
"""
