"""
What every page shares: the frame, components, static files, refusals as HTTP, answers given once.

Owns: PostedRequest, FormDraft.
Uses: kernel, workbooks.
"""
