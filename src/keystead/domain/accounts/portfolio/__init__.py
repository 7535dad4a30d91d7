"""The portfolio: every account with what it has won and will win in a period, against its targets."""
