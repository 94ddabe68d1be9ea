"""Report writers: ``voc.report.ReportData`` in, one HTML file or one Excel workbook out.

``labels`` holds the words in both languages, ``figures`` how numbers are written, ``charts`` the geometry of the drawings. The writers
compute no figure: what they show stands in the data. Equal data give equal bytes.
"""
