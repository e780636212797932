"""Pages of this room, in the order in which a customer meets them: hold, checkout, card, booking, finding it again."""
