// SharepointPlus as a page has it, in as little of a browser as it needs: node sharepointplus.js URL-OF-SITE -> JSON
'use strict';
const http = require('http');
const { DOMParser, XMLSerializer } = require(process.cwd() + '/node_modules/@xmldom/xmldom');

const base = process.argv[2];

class XMLHttpRequest {
	constructor() {
		this.headers = {};
		this.readyState = 0;
	}
	open(method, url) {
		this.method = method;
		this.url = new URL(url, base + '/');
	}
	setRequestHeader(name, value) {
		this.headers[name] = value;
	}
	getResponseHeader(name) {
		return this.answered[name.toLowerCase()];
	}
	getAllResponseHeaders() {
		return Object.entries(this.answered).map(([k, v]) => k + ': ' + v).join('\r\n');
	}
	addEventListener() {}
	done(r, body) {
		this.answered = r.headers;
		this.status = r.statusCode;
		this.statusText = r.statusMessage;
		this.readyState = 4;
		this.response = this.responseText = body;
		if (/xml/.test(r.headers['content-type'] || ''))
			this.responseXML = new DOMParser().parseFromString(body, 'text/xml');
		if (this.onreadystatechange)
			this.onreadystatechange({});
	}
	send(body) {
		const headers = { ...this.headers, 'Content-Length': Buffer.byteLength(body || '') };
		const rq = http.request(this.url, { method: this.method, headers }, r => {
			const parts = [];
			r.on('data', d => parts.push(d));
			r.on('end', () => this.done(r, Buffer.concat(parts).toString()));
		});
		rq.on('error', e => this.onerror && this.onerror(e));
		rq.end(body);
	}
}

global.window = global.self = global;
Object.assign(global, {
	XMLHttpRequest, DOMParser, XMLSerializer, location: new URL(base + '/'),
	document: { getElementsByTagName: () => [], querySelector: () => null, documentElement: {}, cookie: '' },
});
require(process.cwd() + '/node_modules/sharepointplus/browser/sharepointplus.js');

(async () => {
	const out = {};
	const sp = global.$SP();
	const tasks = () => sp.list('Tasks', base);
	const titles = async where => (await tasks().get({ fields: 'ID,Title', where })).map(r => r.getAttribute('Title'));
	out.lists = (await sp.lists({ url: base })).map(l => l.Name);
	out.columns = (await tasks().info()).map(f => f.StaticName);
	out.first = await titles('ID < 3');
	const added = await tasks().add([{ Title: 'from <SharepointPlus> & node' }, { Title: 'second' }]);
	out.added = [added.passed.length, added.failed.length];
	const id = added.passed[0].ID;
	out.found = await titles(`Title = "second" OR ID = ${id}`);
	const changed = await tasks().update([{ ID: id, Title: 'changed' }]);
	out.changed = [changed.passed.length, changed.failed.length, (await titles(`ID = ${id}`))[0]];
	const refused = await tasks().update([{ ID: 999999, Title: 'x' }]);
	out.refused = [refused.passed.length, refused.failed.length];
	const removed = await tasks().remove([{ ID: id }]);
	out.removed = [removed.passed.length, removed.failed.length, await titles(`ID = ${id}`)];
	out.types = (await tasks().getContentTypes()).map(t => t.Name);
	console.log(JSON.stringify(out));
})().catch(e => { console.error(e); process.exit(1); });
