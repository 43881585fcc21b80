"""Everything that touches Streamlit's state."""
