// SPDX-License-Identifier: MIT
//
// A headless Chromium, driven over its own debugging protocol: no package but node is needed.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser',
		    '/usr/bin/google-chrome'];

// Path of a Chromium, or undefined.
function find()
{
	return candidates.find((c) => c && fs.existsSync(c));
}

// Messages are JSON, each ended by a NUL, over two pipes.
class Connection {
	constructor(child)
	{
		this.out = child.stdio[3];
		this.waiting = new Map();
		this.handlers = [];
		this.last = 0;
		this.rest = [];
		this.out.on('error', () => {});		/* what was not sent is failed on exit */
		child.stdio[4].on('data', (d) => this.read(d));
		child.once('exit', (code) => this.end(new Error(`chromium ended with ${code}`)));
		child.once('error', (e) => this.end(e));
	}

	read(data)
	{
		let end;

		while ((end = data.indexOf(0)) >= 0) {
			this.rest.push(data.subarray(0, end));
			this.got(JSON.parse(Buffer.concat(this.rest).toString()));
			this.rest = [];
			data = data.subarray(end + 1);
		}
		this.rest.push(data);
	}

	end(error)
	{
		for (const w of this.waiting.values())
			w.fail(error);
		this.waiting.clear();
	}

	got(m)
	{
		const w = this.waiting.get(m.id);

		if (!w) {
			this.handlers.forEach((h) => h(m));
			return;
		}
		this.waiting.delete(m.id);
		if (m.error)
			w.fail(new Error(`${w.method}: ${m.error.message}`));
		else
			w.done(m.result);
	}

	send(method, params = {}, sessionId = undefined)
	{
		const id = ++this.last;

		this.out.write(JSON.stringify({ id, method, params, sessionId }) + '\0');
		return new Promise((done, fail) => this.waiting.set(id, { done, fail, method }));
	}
}

// One tab. Whatever it asks of a network and whatever it complains about is kept.
class Page {
	constructor(connection, session)
	{
		this.connection = connection;
		this.session = session;
		this.requests = [];
		this.complaints = [];
		this.waiters = [];
		connection.handlers.push((m) => m.sessionId === session && this.event(m));
	}

	event({ method, params })
	{
		if (method === 'Network.requestWillBeSent')
			this.requests.push(params.request.url);
		else if (method === 'Runtime.exceptionThrown')
			this.complaints.push(JSON.stringify(params.exceptionDetails));
		else if (method === 'Runtime.consoleAPICalled')
			this.complaints.push(JSON.stringify(params.args));
		else if (method === 'Log.entryAdded')
			this.complaints.push(`${params.entry.text} ${params.entry.url || ''}`);
		else if (method === 'Page.javascriptDialogOpening')
			this.complaints.push(`dialog: ${params.message}`);
		this.waiters = this.waiters.filter((w) => w.method !== method || w.done());
	}

	send(method, params)
	{
		return this.connection.send(method, params, this.session);
	}

	next(method)
	{
		return new Promise((done) => this.waiters.push({ method, done }));
	}

	async start()
	{
		for (const domain of ['Page', 'Runtime', 'Network', 'Log'])
			await this.send(`${domain}.enable`);
	}

	async open(url)
	{
		const loaded = this.next('Page.loadEventFired');
		const { errorText } = await this.send('Page.navigate', { url });

		if (errorText)
			throw new Error(`${url}: ${errorText}`);
		await loaded;
	}

	// The value of an expression or of a function called with @args; promises are waited for.
	async eval(what, ...args)
	{
		const expression = typeof what === 'function' ?
			`(${what})(${args.map((a) => JSON.stringify(a)).join(', ')})` : what;
		const r = await this.send('Runtime.evaluate', { expression, returnByValue: true,
								 awaitPromise: true });

		if (r.exceptionDetails)
			throw new Error(r.exceptionDetails.exception?.description || 'exception');
		return r.result.value;
	}

	async size(width, height)
	{
		await this.send('Emulation.setDeviceMetricsOverride',
				{ width, height, deviceScaleFactor: 1, mobile: false });
	}

	async media(features, media = '')
	{
		await this.send('Emulation.setEmulatedMedia', { media, features: Object.entries(features)
			.map(([name, value]) => ({ name, value })) });
	}

	async script(enabled)
	{
		await this.send('Emulation.setScriptExecutionDisabled', { value: !enabled });
	}

	async key(key, text = undefined)
	{
		const code = { Enter: 13, Escape: 27, Tab: 9, ArrowLeft: 37, ArrowRight: 39, ' ': 32 }[key];
		const event = { key, text, windowsVirtualKeyCode: code || key.toUpperCase().charCodeAt(0) };

		await this.send('Input.dispatchKeyEvent', { ...event, type: text ? 'keyDown' : 'rawKeyDown' });
		await this.send('Input.dispatchKeyEvent', { ...event, text: undefined, type: 'keyUp' });
	}

	async type(text)
	{
		for (const c of text)
			await this.key(c, c);
	}

	async mouse(type, x, y, more = {})
	{
		await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1,
							       clickCount: 1, ...more });
	}

	async shot(file, whole = false)
	{
		const { data } = await this.send('Page.captureScreenshot',
						 { format: 'png', captureBeyondViewport: whole });

		fs.writeFileSync(file, Buffer.from(data, 'base64'));
	}
}

// Run @use with a function that opens a page; the browser and its profile are gone afterwards.
async function withBrowser(use)
{
	const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'vmbench-chromium.'));
	const child = spawn(find(), [
		'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		'--disable-background-networking', '--disable-component-update', '--disable-sync',
		'--disable-default-apps', '--disable-extensions', '--disable-dev-shm-usage',
		'--no-proxy-server', '--host-resolver-rules=MAP * ~NOTFOUND',
		'--hide-scrollbars', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank',
	], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
	const ended = new Promise((done) => child.once('exit', done));

	try {
		const connection = new Connection(child);

		await use(async () => {
			const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
			const { sessionId } = await connection.send('Target.attachToTarget',
								     { targetId, flatten: true });
			const page = new Page(connection, sessionId);

			await page.start();
			return page;
		});
		await connection.send('Browser.close').catch(() => {});
	} finally {
		const timer = setTimeout(() => child.kill('SIGKILL'), 5000);

		await ended;
		clearTimeout(timer);
		fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
	}
}

module.exports = { find, withBrowser };
