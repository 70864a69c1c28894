"""Article text in, attributions out: reading, rules, speakers, spaCy components, scoring."""
