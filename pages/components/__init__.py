"""Components for what Streamlit and Plotly cannot do alone, with plain scripts in assets/."""
