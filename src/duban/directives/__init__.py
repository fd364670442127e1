"""
Incoming speeches and papers: their outline and what they require.

Owns: Document, OutlineNode, Requirement, Meeting, MeetingUnit, MeetingPerson, MeetingSpeech, SpeechReference,
Passing, UnitPassing, CarryingOut.
Uses: attachments, audit, burden, campaigns, figures, kernel, organisation, shell, workbooks, workdays.
"""
