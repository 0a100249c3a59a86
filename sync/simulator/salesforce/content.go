package salesforce

var noteParents = []string{"Contact", "Account", "Opportunity"}

func blob(name, label string, edits ...edit) *field {
	return newField("base64", name, label, 0, append([]edit{longText}, edits...))
}

// content are the objects that enhanced notes are made of: a ContentNote is a ContentDocument with
// one version, and a ContentDocumentLink ties it to a record.
func content() []*object {
	return []*object{
		{name: "ContentNote", label: "Content Note", plural: "Content Notes", prefix: "069", writable: true, fields: fields(
			identity(), isDeleted(),
			text("Title", "Title", 255, required, nameField),
			text("FileType", "File Type", 20, readOnly), text("FileExtension", "File Extension", 40, readOnly),
			text("TextPreview", "Text Preview", 255, readOnly),
			blob("Content", "Content"),
			integer("ContentSize", "Content Size", 9, readOnly),
			reference("LatestPublishedVersionId", "Latest Published Version ID", "LatestPublishedVersion", "", []string{"ContentVersion"}, readOnly),
			owner(), audit(),
		)},
		{name: "ContentDocument", label: "Content Document", plural: "Content Documents", prefix: "069", fields: fields(
			identity(), isDeleted(),
			text("Title", "Title", 255, nameField),
			text("FileType", "File Type", 20), text("FileExtension", "File Extension", 40),
			integer("ContentSize", "Content Size", 9),
			reference("LatestPublishedVersionId", "Latest Published Version ID", "LatestPublishedVersion", "", []string{"ContentVersion"}),
			owner(), audit(),
		)},
		{name: "ContentVersion", label: "Content Version", plural: "Content Versions", prefix: "068", fields: fields(
			identity(), isDeleted(),
			reference("ContentDocumentId", "ContentDocument ID", "ContentDocument", "ContentVersions", []string{"ContentDocument"}),
			checkbox("IsLatest", "Is Latest"),
			text("Title", "Title", 255, nameField), text("VersionNumber", "Version Number", 20), text("PathOnClient", "Path On Client", 500),
			text("FileType", "File Type", 20), text("FileExtension", "File Extension", 40),
			integer("ContentSize", "Size", 9),
			blob("VersionData", "Version Data"),
			owner(), audit(),
		)},
		{name: "ContentDocumentLink", label: "Content Document Link", plural: "Content Document Link", prefix: "06A", writable: true, fields: fields(
			identity(), isDeleted(),
			reference("LinkedEntityId", "Linked Entity ID", "LinkedEntity", "ContentDocumentLinks", noteParents, required, createOnly),
			reference("ContentDocumentId", "ContentDocument ID", "ContentDocument", "ContentDocumentLinks", []string{"ContentDocument"}, required, createOnly),
			picklist("ShareType", "Share Type", []string{"V", "C", "I"}, restricted, defaultTo("V")),
			picklist("Visibility", "Visibility", []string{"AllUsers", "InternalUsers", "SharedUsers"}, restricted, defaultTo("AllUsers")),
			dateTime("SystemModstamp", "System Modstamp", readOnly, indexed),
		)},
		{name: "AttachedContentNote", label: "Attached Content Note", plural: "Attached Content Notes", prefix: "069", hidden: true, fields: fields(
			identity(), isDeleted(),
			reference("LinkedEntityId", "Linked Entity ID", "LinkedEntity", "AttachedContentNotes", noteParents),
			text("Title", "Title", 255, nameField),
			text("TextPreview", "Text Preview", 255),
			text("FileType", "File Type", 20), text("FileExtension", "File Extension", 40),
			integer("ContentSize", "Content Size", 9),
			owner(), audit(),
		)},
	}
}
