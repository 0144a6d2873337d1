"""The ground floor: ids, clock, words and refusals. Pure Python; imports nothing of ours."""
