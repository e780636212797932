"""Journeys through the whole site: a real browser, the server and the worker of ``make demo``, the demo's data.

``make journeys`` runs them. Each test is the story of somebody who books, cancels, or works here. The people are
:class:`~bookings.tests.journeys.visitor.Visitor`, whose every page is checked; what they do often is in ``steps``.
"""
