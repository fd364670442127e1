"""
Incoming speeches and papers: their outline and what they require.

Owns: Document, OutlineNode, Requirement, Meeting, MeetingUnit, MeetingPerson, MeetingSpeech, SpeechReference.
Uses: attachments, audit, campaigns, kernel, organisation, shell, workbooks, workdays.
"""
