"""Text: cleaning, masking, folding, tokens and vectors. Nothing is imported here, so that cleaning stays light."""
