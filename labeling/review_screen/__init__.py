"""The review screen and its prompt mode: one annotator, one queue, one item at a time, by keyboard."""
