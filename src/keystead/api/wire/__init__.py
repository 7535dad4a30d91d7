"""What every resource of the API speaks alike: fields, references, filters, pages, versions, repeats, problems."""
