from ninja import Router

router = Router(tags=["Ticket types"])
