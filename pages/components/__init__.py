"""What Streamlit and Plotly cannot do alone: small components with plain scripts in assets/."""
