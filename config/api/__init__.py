"""The JSON API of the whole house: the operations of every room behind one address, ``/api``."""

from .root import api, urlpatterns

__all__ = ["api", "urlpatterns"]
