"""Clips from YouTube: what it answers, what that means, and a polite and resumable run."""
