package salesforce

// organization are the objects about the organization and its users. They are read-only here.
func organization() []*object {
	return []*object{
		{name: "Organization", label: "Organization", plural: "Organizations", prefix: "00D", fields: fields(
			identity(),
			text("Name", "Name", 80, nameField),
			text("OrganizationType", "Edition", 40), text("InstanceName", "Instance Name", 5), text("NamespacePrefix", "Namespace Prefix", 15),
			checkbox("IsSandbox", "Is Sandbox"), dateTime("TrialExpirationDate", "Trial Expiration Date"),
			text("LanguageLocaleKey", "Language", 40), text("DefaultLocaleSidKey", "Locale", 40), text("TimeZoneSidKey", "Time Zone", 40),
			text("PrimaryContact", "Primary Contact", 80), text("Country", "Country", 80),
			audit(),
		)},
		{name: "RecordType", label: "Record Type", plural: "Record Types", prefix: "012", fields: fields(
			identity(),
			text("Name", "Record Type Label", 80, nameField), text("DeveloperName", "Record Type Name", 80),
			text("NamespacePrefix", "Namespace Prefix", 15), text("Description", "Description", 255),
			text("SobjectType", "Object Type", 40),
			checkbox("IsActive", "Active"), checkbox("IsPersonType", "Is Person Type"),
			audit(),
		)},
		{name: "Profile", label: "Profile", plural: "Profile", prefix: "00e", fields: fields(
			identity(),
			text("Name", "Name", 255, nameField),
			text("UserType", "User Type", 40), text("Description", "Description", 255),
			checkbox("PermissionsApiEnabled", "API Enabled"), checkbox("PermissionsViewAllData", "View All Data"), checkbox("PermissionsModifyAllData", "Modify All Data"),
			audit(),
		)},
		{name: "User", label: "User", plural: "Users", prefix: "005", feed: true, fields: fields(
			identity(),
			newField("string", "Username", "Username", 80, []edit{lookup}),
			text("LastName", "Last Name", 80, required, partOf("Name")), text("FirstName", "First Name", 40, partOf("Name")),
			text("Name", "Full Name", 121, readOnly, nameField),
			text("CompanyName", "Company Name", 80), text("Title", "Title", 80), text("Department", "Department", 80),
			email("Email", "Email"), phone("Phone", "Phone"), text("Alias", "Alias", 8),
			checkbox("IsActive", "Active"),
			text("TimeZoneSidKey", "Time Zone", 40), text("LocaleSidKey", "Locale", 40), text("LanguageLocaleKey", "Language", 40), text("EmailEncodingKey", "Email Encoding", 40),
			reference("ProfileId", "Profile ID", "Profile", "Users", []string{"Profile"}),
			text("UserType", "User Type", 40),
			url("SmallPhotoUrl", "Url for Thumbnail sized Photo"), url("FullPhotoUrl", "Url for full-sized Photo"),
			audit(),
		)},
		{name: "Name", label: "Name", plural: "Names", prefix: "", hidden: true, fields: fields(
			identity(), isDeleted(),
			text("Name", "Name", 255, nameField), text("FirstName", "First Name", 40), text("LastName", "Last Name", 80),
			text("Type", "Type", 40), text("Title", "Title", 128), email("Email", "Email"), phone("Phone", "Phone"),
			text("Username", "Username", 80),
		)},
	}
}
