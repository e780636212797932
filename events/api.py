"""Operations on what is on."""

from ninja import Router

router = Router(tags=["Events"])
