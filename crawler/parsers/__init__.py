"""Pure parsers: bytes or text and an address in, parsed notes or refusals out."""
