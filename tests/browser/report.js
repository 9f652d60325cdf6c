// SPDX-License-Identifier: MIT
//
// report.js LARGE SMALL: open two reports in a headless Chromium and use them. One line per check:
// "pass NAME" or "fail NAME: what was found"; a line that begins with # is for people. With SHOTS=DIR
// in the environment, pictures are left in DIR.
'use strict';

const fs = require('fs');
const { withBrowser } = require('./browser');
const { accessible, overflow, labels, contrast, most } = require('./checks');

const [large, small] = process.argv.slice(2);
const shots = process.env.SHOTS;

function report(name, faults)
{
	const words = faults.slice(0, most).join(' | ').replace(/\s+/g, ' ');

	if (process.env.TIMES)
		console.log(`# ${(performance.now() / 1000).toFixed(1)} s`);
	console.log(faults.length ? `fail ${name}: ${words}` : `pass ${name}`);
}

function is(name, wanted, got)
{
	report(name, JSON.stringify(wanted) === JSON.stringify(got) ? [] :
		[`wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`]);
}

function picture(page, name)
{
	return shots ? page.shot(`${shots}/${name}.png`) : undefined;
}

// Two frames: styles, layout and painting of what was done are over.
function settle(page)
{
	return page.eval(() => new Promise((done) =>
		requestAnimationFrame(() => requestAnimationFrame(() => done(true)))));
}

// One benchmark in so many is opened and laid out, also if it is far from the screen.
function layOut(page, one_in)
{
	return page.eval((n) => {
		document.styleSheets[0].insertRule(
			'.category, .bench { content-visibility: visible !important; }',
			document.styleSheets[0].cssRules.length);
		document.querySelectorAll('.bench').forEach((b, i) => { b.open = i % n === 0; });
		document.querySelectorAll('.more').forEach((d) => { d.open = true; });
		return document.body.offsetHeight;
	}, one_in);
}

async function quiet(page, name, file)
{
	report(`${name}: no complaint in the console`, page.complaints);
	is(`${name}: nothing is asked of a network`, [`file://${file}`],
	   page.requests.filter((u) => u !== 'about:blank' && !u.startsWith('data:')));
}

async function opens(page)
{
	const { size } = fs.statSync(large);

	await page.send('Performance.enable', { timeDomain: 'threadTicks' });
	await page.open(`file://${large}`);
	await settle(page);

	const r = await page.eval(() => {
		const n = performance.getEntriesByType('navigation')[0];

		return { load: n.loadEventEnd, painted: performance.now(), benches:
			document.querySelectorAll('.bench').length,
			first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
			elements: document.getElementsByTagName('*').length };
	});
	const { metrics } = await page.send('Performance.getMetrics');
	const cpu = metrics.find((m) => m.name === 'TaskDuration').value;

	console.log(`# 500 benchmarks, ${(size / 1e6).toFixed(1)} MB, ${r.elements} elements: ` +
		    `first paint ${Math.round(r.first)} ms, loaded ${Math.round(r.load)} ms, ` +
		    `painted ${Math.round(r.painted)} ms; CPU time of the page ${Math.round(cpu * 1000)} ms`);
	is('500 benchmarks are there', 500, r.benches);
	report('the file is of bounded size', size < 12e6 ? [] : [`${size} bytes`]);
	report('the page is of bounded size', r.elements < 250000 ? [] : [`${r.elements} elements`]);
}

// Widths and themes.
async function everywhere(page, name)
{
	for (const width of [360, 800, 1400]) {
		for (const scheme of ['light', 'dark']) {
			await page.size(width, 900);
			await page.media({ 'prefers-color-scheme': scheme });
			await settle(page);
			report(`${name}: nothing sticks out, ${width} px, ${scheme}`, await page.eval(overflow));
			await picture(page, `${name}-${width}-${scheme}`);
		}
	}
	for (const scheme of ['light', 'dark']) {
		await page.media({ 'prefers-color-scheme': scheme });
		report(`${name}: contrast, ${scheme}`, await page.eval(contrast));
	}
	await page.media({ 'prefers-color-scheme': 'light' });
}

async function structure(page, name, one_in)
{
	report(`${name}: usable by screen reader and keyboard`, await page.eval(accessible));
	await layOut(page, one_in);
	report(`${name}: labels are whole and apart`, await page.eval(labels));
	is(`${name}: and these are not few`, true, await page.eval(() =>
		Array.from(document.querySelectorAll('svg[role=img] text'))
			.filter((t) => t.checkVisibility()).length > 200));
	await page.eval(() => {
		const sheet = document.styleSheets[0];

		sheet.deleteRule(sheet.cssRules.length - 1);
		document.querySelectorAll('details').forEach((d) => { d.open = false; });
	});
}

// Text of results is text: had anything of it run, there would be a dialog or another element.
async function harmless(page)
{
	is('one script, one style', [1, 1], await page.eval(() =>
		[document.scripts.length, document.querySelectorAll('style').length]));
	is('hostile ids are shown as they are', true, await page.eval(() =>
		Array.from(document.querySelectorAll('h3')).some((h) =>
			h.textContent.includes('<script>alert(1)</script>'))));
	is('the policy lets no other script run', 'no', await page.eval(async () => {
		const s = document.createElement('script');

		s.textContent = 'window.intruder = "yes"';
		document.body.append(s);
		await new Promise((done) => setTimeout(done, 50));
		s.remove();
		return window.intruder || 'no';
	}));
	page.complaints = page.complaints.filter((c) => !c.includes('Content Security Policy'));
}

const visible = () => Array.from(document.querySelectorAll('.bench:not([hidden]) h3'),
				 (h) => h.textContent);

async function filtering(page)
{
	await page.eval(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
	await page.key('/', '/');
	is('/ goes to the filter', 'q', await page.eval('document.activeElement.id'));
	await page.type('gc 4K');
	await new Promise((done) => setTimeout(done, 200));

	const ids = await page.eval(visible);

	is('the filter shows what matches', true, ids.length > 0 && ids.length < 500 &&
		ids.every((id) => id.includes('gc') && id.includes('4K')));
	is('the filter says how many', `${ids.length} of 500 shown`, await page.eval('shown.textContent'));
	is('rows follow the filter', ids.length, await page.eval(() =>
		document.querySelectorAll('.category:not([hidden]) .sortable tbody tr:not([hidden])').length));
	await picture(page, 'filtered');
	await page.key('Escape');
	is('Escape shows all again', 500, (await page.eval(visible)).length);
	await page.eval(() => {
		state.value = 'failed';
		state.dispatchEvent(new Event('change'));
	});
	is('a state can be chosen', true, (await page.eval(visible)).every((id) => id.endsWith('/wrong')));
	await page.eval(() => { location.hash = '#b40'; });
	await settle(page);
	is('a link opens what the filter had hidden', [true, 500], await page.eval(() =>
		[document.getElementById('b40').closest('details').open,
		 document.querySelectorAll('.bench:not([hidden])').length]));
	await page.eval(() => { document.querySelector('#b40').closest('details').querySelector('summary').focus(); });
	await page.key('Enter', '\r');
	is('Enter closes a benchmark', false, await page.eval(() =>
		document.getElementById('b40').closest('details').open));
}

async function sorting(page)
{
	const order = () => page.eval(() => {
		const t = Array.from(document.querySelectorAll('.sortable')).find((x) => x.tBodies[0].rows.length > 9);
		const at = Array.from(t.tHead.rows[0].cells).findIndex((c) => c.textContent === 'time');

		return { sort: t.tHead.rows[0].cells[at].getAttribute('aria-sort'),
			 v: Array.from(t.tBodies[0].rows, (r) => r.cells[at].getAttribute('data-v')) };
	});
	const sorted = (v, sign) => v.every((x, i) => i === 0 || x === null ||
		(v[i - 1] !== null && sign * (Number(x) - Number(v[i - 1])) >= 0));

	await page.eval(() => {
		const t = Array.from(document.querySelectorAll('.sortable')).find((x) => x.tBodies[0].rows.length > 9);

		Array.from(t.tHead.rows[0].cells).find((c) => c.textContent === 'time').firstChild.focus();
	});
	await page.key('Enter', '\r');

	const up = await order();

	await page.key('Enter', '\r');

	const down = await order();

	is('a column is sorted', ['ascending', true], [up.sort, sorted(up.v, 1)]);
	is('and the other way round, empty cells last', ['descending', true], [down.sort, sorted(down.v, -1)]);
}

const said = () => document.querySelector('[open] .history .controls span').textContent;

async function zooming(page)
{
	await page.eval(() => { location.hash = '#b60'; });
	await settle(page);
	await page.eval(() => document.querySelector('[open] .zoom').focus());
	is('a history has the focus', true, await page.eval(() =>
		document.activeElement.matches('.zoom[role=group]')));

	const points = await page.eval(() => document.querySelector('[open] .plot')
		.getAttribute('data-past').split(';').length);

	await page.key('+', '+');

	const zoomed = await page.eval(said);
	const [, from, to, all] = /^Runs (\d+) to (\d+) of (\d+)/.exec(zoomed).map(Number);

	is('plus zooms', [true, points], [from > 1 && to < points, all]);
	report('labels of a zoomed history are whole and apart', await page.eval(labels, '[open] .history'));
	await picture(page, 'zoomed');
	await page.key('ArrowLeft');

	const [, left] = /^Runs (\d+)/.exec(await page.eval(said)).map(Number);

	is('the arrow goes to earlier runs', true, left < from);
	for (let i = 0; i < 12; i++)
		await page.key('+', '+');

	const [, a, b] = /^Runs (\d+) to (\d+)/.exec(await page.eval(said)).map(Number);

	is('no nearer than two runs', 1, b - a);
	report('labels are whole there too', await page.eval(labels, '[open] .history'));
	await page.key('0', '0');
	is('0 shows all', `Runs 1 to ${points} of ${points}`, (await page.eval(said)).split(',')[0]);
	await page.eval(() => document.querySelector('[open] .controls button').focus());
	await page.key('Enter', '\r');
	is('so do buttons', true, (await page.eval(said)) !== `Runs 1 to ${points}`);
	await dragging(page, points);
}

async function dragging(page, points)
{
	const box = await page.eval(() => {
		const s = document.querySelector('[open] .history svg');

		s.scrollIntoView({ block: 'center' });
		return s.getBoundingClientRect().toJSON();
	});
	const y = box.y + box.height / 2;

	await page.key('0', '0');
	await page.mouse('mousePressed', box.x + box.width * 0.4, y);
	await page.mouse('mouseMoved', box.x + box.width * 0.6, y);
	await page.mouse('mouseReleased', box.x + box.width * 0.6, y, { buttons: 0 });

	const [, from, to] = /^Runs (\d+) to (\d+)/.exec(await page.eval(said)).map(Number);

	is('dragging over a part shows it', true, from > 1 && to < points && to > from);
}

async function theme(page)
{
	const look = () => page.eval(() => [document.documentElement.getAttribute('data-theme'),
					    getComputedStyle(document.body).backgroundColor]);

	await page.media({ 'prefers-color-scheme': 'light' });

	const auto = await look();

	await page.eval(() => document.getElementById('theme').focus());
	await page.key('Enter', '\r');
	await page.key('Enter', '\r');

	const dark = await look();

	is('the theme can be chosen', [null, 'dark', true], [auto[0], dark[0], auto[1] !== dark[1]]);
	await page.key('Enter', '\r');
	is('and given back', auto, await look());
}

async function otherwise(page)
{
	await page.media({ 'prefers-reduced-motion': 'reduce' });
	is('nothing moves for who does not want it', '0s', await page.eval(() =>
		getComputedStyle(document.querySelector('summary'), '::before').transitionDuration));
	await page.media({}, 'print');
	is('no tools on paper', 'none', await page.eval(() =>
		getComputedStyle(document.querySelector('.tools')).display));
	await page.media({});
}

// Scripts are off while it loads; they are on again only for these questions.
async function withoutScript(page)
{
	await page.script(false);
	await page.open('about:blank');
	await page.open(`file://${small}`);
	await page.script(true);
	is('without script: no tools that would do nothing', [true, true], await page.eval(() =>
		[document.querySelector('.tools').hidden, document.getElementById('theme').hidden]));
	is('without script: no buttons at all', 0, await page.eval(() =>
		Array.from(document.querySelectorAll('button')).filter((b) => b.checkVisibility()).length));
	await page.eval(() => document.querySelector('.bench summary').focus());
	await page.key('Enter', '\r');
	is('without script: a benchmark opens', true, await page.eval(() =>
		document.querySelector('.bench').open && document.querySelector('.bench svg').checkVisibility()));
}

withBrowser(async (newPage) => {
	let page = await newPage();

	await page.size(1400, 900);
	await opens(page);
	await quiet(page, 'large', large);
	await harmless(page);
	await filtering(page);
	await sorting(page);
	await zooming(page);
	await theme(page);
	await otherwise(page);
	await structure(page, 'large', 4);
	await page.eval(() => Array.from(document.querySelectorAll('.bench')).slice(0, 20)
		.forEach((d) => { d.open = true; }));
	await everywhere(page, 'large');
	await quiet(page, 'large, used', large);
	await page.send('Page.close');

	page = await newPage();
	await page.size(1400, 900);
	await page.open(`file://${small}`);
	await settle(page);
	await structure(page, 'real run', 1);
	await page.eval(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
	await everywhere(page, 'real run');
	await quiet(page, 'real run', small);
	await withoutScript(page);
}).catch((e) => {
	console.log(`fail the browser: ${String(e.stack).replace(/\s+/g, ' ')}`);
	process.exitCode = 1;
});
