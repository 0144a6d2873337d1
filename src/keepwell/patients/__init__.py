"""Who the practice looks after: their names, how to reach them, who pays, who belongs to them; and how to find them."""
