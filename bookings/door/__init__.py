"""The door: the pages with which staff admit the audience, on a phone, with a network or without.

``services.admitting`` decides. Here is what it is shown with: ``words`` for its answers, ``counts`` of who is in,
``finding`` for people without a code, and ``lists``: the signed list of tickets on which a device falls back.
"""
