"""The page that others are measured against: one slider and one line of text."""

import streamlit as st

value = st.slider("Weight scale", 0.1, 4.0, 1.0, 0.05, key="scale")
st.html(f"<p id='drawn' data-drawn='{value:.2f}'>v={value:.2f}</p>")
