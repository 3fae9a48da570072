"""The `eval` and `bench` commands: they measure the functions that the API calls, beside plain baselines."""
