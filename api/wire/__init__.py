"""The shapes of requests and answers at the edge; everything inside works on the plain values of the model."""
