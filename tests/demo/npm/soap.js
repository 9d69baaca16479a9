// npm's soap knows the service from its WSDL alone: node soap.js URL-OF-SITE 1.1|1.2 -> what it saw, as JSON
'use strict';
const soap = require(process.cwd() + '/node_modules/soap');

(async () => {
	const [base, version] = process.argv.slice(2);
	const out = {};
	const url = base + '/_vti_bin/Lists.asmx';
	const c = await soap.createClientAsync(url + '?WSDL', { forceSoap12Headers: version === '1.2' });
	c.setEndpoint(url);
	const ports = Object.values(c.describe().Lists);
	out.operations = Object.keys(ports[version === '1.2' ? 1 : 0]).sort();
	const [lists] = await c.GetListCollectionAsync({});
	out.lists = lists.GetListCollectionResult.Lists.List.map(l => l.attributes.Title);
	const batch = xml => ({ listName: 'Tasks', updates: { $xml: `<Batch OnError="Continue">${xml}</Batch>` } });
	let [r] = await c.UpdateListItemsAsync(batch('<Method ID="1" Cmd="New"><Field Name="Title">from node &amp; soap</Field></Method>'));
	const row = r.UpdateListItemsResult.Results.Result.row.attributes;
	out.made = row.ows_Title;
	const [all] = await c.GetListItemChangesSinceTokenAsync({ listName: 'Tasks' });
	const items = all.GetListItemChangesSinceTokenResult.listitems;
	out.rows = items.data.row.length;
	out.count = Number(items.data.attributes.ItemCount);
	const token = items.Changes.attributes.LastChangeToken;
	await c.AddAttachmentAsync({ listName: 'Tasks', listItemID: row.ows_ID, fileName: 'a b.txt', attachment: Buffer.from('hello').toString('base64') });
	const [files] = await c.GetAttachmentCollectionAsync({ listName: 'Tasks', listItemID: row.ows_ID });
	out.attachment = files.GetAttachmentCollectionResult.Attachments.Attachment;
	[r] = await c.UpdateListItemsAsync(batch(`<Method ID="1" Cmd="Delete"><Field Name="ID">${row.ows_ID}</Field></Method>`));
	out.deleted = r.UpdateListItemsResult.Results.Result.ErrorCode;
	const [delta] = await c.GetListItemChangesSinceTokenAsync({ listName: 'Tasks', changeToken: token });
	const id = delta.GetListItemChangesSinceTokenResult.listitems.Changes.Id;
	out.change = [id.attributes.ChangeType, String(id.$value) === row.ows_ID];
	try {
		await c.GetListAsync({ listName: 'no such list' });
	} catch (e) {
		const f = e.root.Envelope.Body.Fault;
		out.fault = (f.detail || f.Detail).errorcode;
	}
	console.log(JSON.stringify(out));
})().catch(e => { console.error(e); process.exit(1); });
