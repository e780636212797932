"""The JSON API: what the operations of every room share, and those of this room.

It lies in the lowest room because every room's ``api.py`` imports it; ``config.api`` puts the operations together and
knows the errors of all rooms. Per file: what an operation asks of its caller (:mod:`.access`), the way from a request
to its answer (:mod:`.answering`), what is answered instead (:mod:`.problems`), lists (:mod:`.pages`), writes that may
be repeated (:mod:`.idempotency`), limits (:mod:`.limits`), keys (:mod:`.keys`), the types of fields (:mod:`.schemas`),
saving (:mod:`.saving`) and JSON itself (:mod:`.wire`).
"""
