"""Trace in, figure or payload out. Plotly, NumPy and `rnn_core` only; no Streamlit."""
