// SPDX-License-Identifier: MIT
//
// What is asked of a report inside the browser. Each function runs in the page and returns a list
// of faults, empty if there are none.
'use strict';

const most = 8;		// faults that are listed

// What screen readers and keyboards need.
function accessible()
{
	const faults = [];
	const named = (e) => (e.getAttribute('aria-label') || '').trim() ||
		(e.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean)
			.every((id) => document.getElementById(id)?.textContent.trim()) &&
		e.getAttribute('aria-labelledby');
	let level = 0;

	if (!document.documentElement.lang || !document.title)
		faults.push('no language or no title');
	for (const l of ['header', 'main', 'footer'])
		if (document.querySelectorAll(`body > ${l}`).length !== 1)
			faults.push(`not one ${l}`);
	for (const h of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
		const n = Number(h.tagName[1]);

		if (n > level + 1 || !h.textContent.trim())
			faults.push(`heading out of order or empty: ${h.outerHTML.slice(0, 80)}`);
		level = n;
	}
	if (document.querySelectorAll('h1').length !== 1)
		faults.push('not one h1');
	for (const s of document.querySelectorAll('svg'))
		if (s.getAttribute('aria-hidden') !== 'true' &&
		    !(s.getAttribute('role') === 'img' && named(s) &&
		      s.querySelector(':scope > title')?.textContent.trim() &&
		      s.querySelector(':scope > desc')?.textContent.trim()))
			faults.push(`a drawing without a name: ${s.outerHTML.slice(0, 120)}`);
	for (const e of document.querySelectorAll('img, iframe, object, embed, video, audio, base'))
		faults.push(`${e.tagName} in the page`);
	for (const t of document.querySelectorAll('table')) {
		if (!t.caption?.textContent.trim())
			faults.push('a table without a caption');
		for (const h of t.querySelectorAll('th'))
			if (!['col', 'row'].includes(h.scope))
				faults.push('a heading of a table without a scope');
	}
	for (const e of document.querySelectorAll('input, select'))
		if (!e.labels.length)
			faults.push(`a field without a label: ${e.id}`);
	for (const e of document.querySelectorAll('button, a, summary'))
		if (!e.textContent.trim())
			faults.push(`nothing to press: ${e.outerHTML.slice(0, 80)}`);
	for (const e of document.querySelectorAll('[role=region], nav, section, [role=search], [role=group]'))
		if (!named(e))
			faults.push(`a region without a name: ${e.outerHTML.slice(0, 80)}`);
	for (const e of document.querySelectorAll('.scroll'))
		if (e.tabIndex !== 0)
			faults.push('a scroller that the keyboard does not reach');

	const ids = Array.from(document.querySelectorAll('[id]'), (e) => e.id);

	if (new Set(ids).size !== ids.length)
		faults.push('an id is there twice');
	return faults;
}

// Nothing but what lies in a scroller is wider than the window.
function overflow()
{
	const root = document.scrollingElement, faults = [];

	if (root.scrollWidth <= root.clientWidth)
		return faults;
	faults.push(`${root.scrollWidth} px in ${root.clientWidth}`);
	for (const e of document.querySelectorAll('body *'))
		if (!e.closest('.scroll') && !e.closest('svg') &&
		    e.getBoundingClientRect().right > root.clientWidth + 1)
			faults.push(e.outerHTML.slice(0, 120));
	return faults;
}

// Labels of the drawings that are laid out: inside of the drawing, and apart from each other.
function labels(where)
{
	const faults = [];

	for (const s of document.querySelectorAll(`${where || ''} svg[role=img]`)) {
		if (!s.checkVisibility())
			continue;
		const box = s.viewBox.baseVal;
		const texts = Array.from(s.querySelectorAll('text'), (t) => ({ t, b: t.getBBox() }));

		if (!texts.length || !texts.some((x) => x.b.width > 0))
			faults.push(`not drawn: ${s.outerHTML.slice(0, 80)}`);
		texts.forEach(({ t, b }, i) => {
			if (b.x < -0.5 || b.y < -0.5 || b.x + b.width > box.width + 0.5 ||
			    b.y + b.height > box.height + 0.5)
				faults.push(`cut: ${t.textContent} of ${s.getAttribute('aria-labelledby')}`);
			for (const o of texts.slice(i + 1))
				if (b.x < o.b.x + o.b.width - 0.5 && o.b.x < b.x + b.width - 0.5 &&
				    b.y < o.b.y + o.b.height - 2 && o.b.y < b.y + b.height - 2)
					faults.push(`${t.textContent} on ${o.t.textContent} of ` +
						    s.getAttribute('aria-labelledby'));
		});
		for (const p of s.querySelectorAll('path'))
			if (/NaN|Infinity|undefined/.test(p.getAttribute('d')))
				faults.push(`not a path: ${p.getAttribute('d').slice(0, 60)}`);
	}
	return faults;
}

// Text against what is behind it, as WCAG 2 has it: 4.5 to 1.
function contrast()
{
	const faults = [], seen = new Set();
	const rgb = (c) => c.match(/[\d.]+/g).map(Number);
	const light = (c) => rgb(c).slice(0, 3).map((v) => v / 255)
		.map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = getComputedStyle(e).backgroundColor;

			if ((rgb(c)[3] ?? 1) === 1)
				return c;
		}
		return 'rgb(255, 255, 255)';
	};

	for (const e of document.querySelectorAll('body *')) {
		const text = e instanceof SVGTextElement;

		if (!Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim()) ||
		    (e.closest('svg') && !text))
			continue;
		const key = `${text} ${e.className.baseVal ?? e.className} ${e.tagName} ${e.parentElement.className}`;

		if (seen.has(key) || e.matches('.zero, [aria-disabled=true], script, style'))
			continue;
		seen.add(key);
		const style = getComputedStyle(e);
		const [a, b] = [light(text ? style.fill : style.color), light(behind(e))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

		if (ratio < 4.5)
			faults.push(`${ratio.toFixed(2)}: ${e.outerHTML.slice(0, 80)}`);
	}
	return faults;
}

module.exports = { accessible, overflow, labels, contrast, most };
