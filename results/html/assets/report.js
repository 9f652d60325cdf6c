// SPDX-License-Identifier: MIT
// What the page can do beyond being read: a theme, a filter, sorting, and the zoom of histories.
(function () {
'use strict';

var root = document.documentElement;

function $(id) { return document.getElementById(id); }

function all(selector, from)
{
	return Array.prototype.slice.call((from || document).querySelectorAll(selector));
}

function make(tag, attributes, text)
{
	var e = document.createElement(tag);

	Object.keys(attributes).forEach(function (k) { e.setAttribute(k, attributes[k]); });
	if (text)
		e.textContent = text;
	return e;
}

/* Theme. Storage may be forbidden where the file lies; then it lasts as long as the page. */

var themes = ['auto', 'light', 'dark'];

function stored()
{
	try {
		return localStorage.getItem('vmbench-theme');
	} catch (e) {
		return null;
	}
}

function store(theme)
{
	try {
		localStorage.setItem('vmbench-theme', theme);
	} catch (e) { /* it lasts as long as the page */ }
}

function apply(theme)
{
	if (theme === 'auto')
		root.removeAttribute('data-theme');
	else
		root.setAttribute('data-theme', theme);
}

var theme = themes.indexOf(stored()) > 0 ? stored() : 'auto';

apply(theme);

function themeButton()
{
	var b = $('theme');

	function say() { b.textContent = 'Theme: ' + theme; }
	b.hidden = false;
	say();
	b.addEventListener('click', function () {
		theme = themes[(themes.indexOf(theme) + 1) % themes.length];
		apply(theme);
		store(theme);
		say();
	});
}

/* Filter. One entry per benchmark: its section, its row and other mentions, its id, its words. */

var benches = [];

function collect()
{
	var at = {};

	all('.bench').forEach(function (d) {
		var body = d.querySelector('.body');
		var b = {
			detail: d, row: null,
			id: d.querySelector('h3').textContent.toLowerCase(),
			states: d.getAttribute('data-s').split(' ').filter(Boolean),
		};

		at['#' + body.id] = b;
		benches.push(b);
	});
	all('.sortable tbody tr').forEach(function (tr) {
		var b = at[tr.querySelector('a').getAttribute('href')];

		if (b)
			b.row = tr;
	});
}

function fillStates()
{
	var nr = {}, select = $('state');

	benches.forEach(function (b) {
		b.states.forEach(function (s) { nr[s] = (nr[s] || 0) + 1; });
	});
	Object.keys(nr).forEach(function (s) {
		select.appendChild(make('option', { value: s }, s + ' (' + nr[s] + ')'));
	});
}

function filter()
{
	var words = $('q').value.toLowerCase().split(/\s+/).filter(Boolean), state = $('state').value;
	var filtered = words.length > 0 || state !== '', shown = 0;

	benches.forEach(function (b) {
		var ok = words.every(function (w) { return b.id.indexOf(w) >= 0; }) &&
			(!state || b.states.indexOf(state) >= 0);

		shown += ok;
		b.detail.hidden = !ok;
		if (b.row)
			b.row.hidden = !ok;
	});
	all('.category').forEach(function (c) {
		var table = c.querySelector('.sortable');

		c.hidden = !c.querySelector('.bench:not([hidden])');
		if (table)
			table.parentNode.hidden = !table.querySelector('tbody tr:not([hidden])');
		all('.notes, .sweeps', c).forEach(function (e) { e.hidden = filtered; });
	});
	$('none').hidden = shown > 0;
	$('shown').textContent = filtered ? shown + ' of ' + benches.length + ' shown' :
		benches.length + ' benchmarks';
}

function tools()
{
	var form = document.querySelector('.tools'), input = $('q'), timer = 0;

	if (!form)
		return;
	collect();
	fillStates();
	form.hidden = false;
	filter();
	input.addEventListener('input', function () {
		clearTimeout(timer);
		timer = setTimeout(filter, 60);
	});
	$('state').addEventListener('change', filter);
	form.addEventListener('submit', function (e) { e.preventDefault(); });
	$('open').addEventListener('click', function () {
		benches.forEach(function (b) { b.detail.open = b.detail.open || !b.detail.hidden; });
	});
	$('close').addEventListener('click', function () {
		benches.forEach(function (b) { b.detail.open = false; });
	});
	document.addEventListener('keydown', function (e) {
		var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);

		if (e.key === '/' && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
			e.preventDefault();
			input.focus();
		} else if (e.key === 'Escape' && e.target === input) {
			input.value = '';
			filter();
		}
	});
}

/* A link to a benchmark opens it, also where the filter has hidden it. */
function reveal()
{
	var target = /^#b\d+$/.test(location.hash) && $(location.hash.slice(1));
	var detail = target && target.closest('.bench');

	if (!detail)
		return;
	if (detail.hidden) {
		$('q').value = '';
		$('state').value = '';
		filter();
	}
	detail.open = true;
	detail.scrollIntoView();
}

/* Sorting. Empty cells stay last. */

function key(row, column)
{
	var cell = row.cells[column], v = cell.getAttribute('data-v');

	return v === null ? cell.textContent : Number(v);
}

function compare(a, b)
{
	if (a === '' || b === '')
		return a === b ? 0 : a === '' ? 1 : -1;
	if (typeof a === 'number' && typeof b === 'number')
		return a - b;
	return String(a).localeCompare(String(b), 'en', { numeric: true });
}

function sort(table, column, down)
{
	var body = table.tBodies[0];

	Array.prototype.slice.call(body.rows).map(function (row, i) {
		return { row: row, key: key(row, column), i: i };
	}).sort(function (a, b) {
		var c = compare(a.key, b.key);

		if (down && a.key !== '' && b.key !== '')
			c = -c;
		return c || a.i - b.i;
	}).forEach(function (e) { body.appendChild(e.row); });
}

function sortable(table)
{
	var heads = all('thead th', table);

	heads.forEach(function (th, column) {
		var button = make('button', { type: 'button', title: 'Sort' }, th.textContent);

		th.textContent = '';
		th.appendChild(button);
		button.addEventListener('click', function () {
			var down = th.getAttribute('aria-sort') === 'ascending';

			heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
			th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
			sort(table, column, down);
		});
	});
}

/* Histories. The chart that is in the page is drawn anew from its table for a part of the runs. */

var LETTER = 7.3, GAP = 8; /* as in plot.c */

function svg(tag, attributes, text)
{
	var e = document.createElementNS('http://www.w3.org/2000/svg', tag);

	Object.keys(attributes).forEach(function (k) { e.setAttribute(k, attributes[k]); });
	if (text)
		e.textContent = text;
	return e;
}

function step(width, most)
{
	var least = width / most, power = Math.pow(10, Math.floor(Math.log10(least)));

	return [1, 2, 5, 10].map(function (s) { return s * power; }).filter(function (s) {
		return s >= least * (1 - 1e-9);
	})[0];
}

/* The day of a run by its number. */
function runDate(number)
{
	var row = $('runs').tBodies[0].rows[number];

	return row ? row.cells[0].textContent.slice(0, 10) : '';
}

function Chart(figure)
{
	var self = this;

	this.figure = figure;
	this.box = figure.querySelector('.zoom');
	this.svg = figure.querySelector('svg');
	this.plot = figure.querySelector('.plot');
	this.points = this.plot.getAttribute('data-past').split(';').map(function (p) {
		var v = p.split(' ').map(Number);

		return { date: runDate(v[0]), m: v[1], l: v[2], h: v[3], change: false };
	});
	this.plot.getAttribute('data-changes').split(' ').filter(Boolean).forEach(function (i) {
		self.points[i].change = true;
	});
	this.from = 0;
	this.to = this.points.length - 1;
	this.unit = (/, (\S+)$/.exec(figure.querySelector('.ttl').textContent) || [])[1];
	this.size = { ns: 1, 'µs': 1e3, ms: 1e6, s: 1e9 }[this.unit] || 1;
	this.buttons();
	this.box.setAttribute('tabindex', '0');
	this.box.setAttribute('role', 'group');
	this.box.setAttribute('aria-label', 'Run to run: plus and minus zoom, arrow keys move, 0 shows all');
	this.box.addEventListener('keydown', function (e) { self.pressed(e); });
	this.box.addEventListener('dblclick', function () { self.show(0, self.points.length - 1); });
	this.drag();
}

Chart.prototype.buttons = function () {
	var self = this, controls = make('div', { 'class': 'controls' });
	var table = this.figure.querySelector('.more');

	this.acts = [['Zoom in', 'in'], ['Zoom out', 'out'], ['Earlier', 'left'], ['Later', 'right'],
		     ['All', 'all']].map(function (a) {
		var b = make('button', { type: 'button' }, a[0]);

		b.addEventListener('click', function () { self.act(a[1]); });
		controls.appendChild(b);
		return b;
	});
	this.says = make('span', { role: 'status' });
	controls.appendChild(this.says);
	this.figure.insertBefore(controls, table);
	this.enable();
};

/* A button that has the focus must keep it: it is only said to be disabled. */
Chart.prototype.enable = function () {
	var last = this.points.length - 1, whole = this.from === 0 && this.to === last;
	var off = [this.to - this.from < 2, whole, this.from === 0, this.to === last, whole];

	this.acts.forEach(function (b, i) { b.setAttribute('aria-disabled', String(off[i])); });
};

Chart.prototype.act = function (what) {
	var width = this.to - this.from, part = Math.max(1, Math.floor(width / 4));
	var last = this.points.length - 1;

	if (what === 'in' && width >= 2)
		this.show(this.from + Math.min(part, Math.floor((width - 1) / 2)),
			  this.to - Math.min(part, Math.ceil((width - 1) / 2)));
	else if (what === 'out')
		this.show(this.from - Math.max(1, width >> 1), this.to + Math.max(1, width >> 1));
	else if (what === 'left')
		part = Math.min(part, this.from), this.show(this.from - part, this.to - part);
	else if (what === 'right')
		part = Math.min(part, last - this.to), this.show(this.from + part, this.to + part);
	else if (what === 'all')
		this.show(0, last);
};

Chart.prototype.pressed = function (e) {
	var act = { '+': 'in', '=': 'in', '-': 'out', ArrowLeft: 'left', ArrowRight: 'right',
		    '0': 'all', Home: 'all' }[e.key];

	if (!act || e.target !== this.box || e.ctrlKey || e.metaKey || e.altKey)
		return;
	e.preventDefault();
	this.act(act);
};

Chart.prototype.show = function (from, to) {
	this.from = Math.max(0, Math.round(from));
	this.to = Math.min(this.points.length - 1, Math.round(to));
	this.draw();
	this.enable();
	this.says.textContent = 'Runs ' + (this.from + 1) + ' to ' + (this.to + 1) + ' of ' +
		this.points.length + ', ' + this.points[this.from].date + ' to ' +
		this.points[this.to].date;
};

/* Range and ticks of the times, as axis.c has them. */
Chart.prototype.scale = function () {
	var low = Infinity, high = -Infinity, ticks = [], s, v, decimals;

	this.points.slice(this.from, this.to + 1).forEach(function (p) {
		low = Math.min(low, p.l, p.m);
		high = Math.max(high, p.h, p.m);
	});
	v = high - low > 1e-9 * Math.abs(high) ? high - low : 0.02 * Math.abs(high) || 1;
	this.low = low >= 0 ? Math.max(0, low - 0.05 * v) : low - 0.05 * v;
	this.high = high + 0.05 * v;
	s = step(this.high - this.low, 5);
	decimals = Math.min(6, Math.max(0, Math.ceil(-Math.log10(s / this.size) - 1e-9)));
	for (v = Math.ceil(this.low / s - 1e-9) * s; v <= this.high + s * 1e-9; v += s)
		ticks.push({ at: v, label: (v / this.size).toFixed(decimals) });
	return ticks;
};

Chart.prototype.x = function (i) {
	return this.left + (i - this.from) / (this.to - this.from) * (this.right - this.left);
};

Chart.prototype.y = function (v) {
	return this.bottom - (v - this.low) / (this.high - this.low) * (this.bottom - this.top);
};

Chart.prototype.path = function (name, d) {
	this.plot.appendChild(svg('path', { 'class': name, d: d }));
};

Chart.prototype.draw = function () {
	var box = this.plot.getAttribute('data-box').split(' ').map(Number), self = this;
	var ticks = this.scale(), middle = [], upper = [], lower = [], dots = '', changes = '';

	this.right = box[1];
	this.bottom = box[2];
	this.top = box[3];
	this.left = 12 + LETTER * Math.max.apply(null, ticks.map(function (t) { return t.label.length; }));
	this.ticks(ticks);
	this.dates();
	this.points.forEach(function (p, i) {
		if (i < self.from || i > self.to)
			return;
		middle.push(self.x(i) + ' ' + self.y(p.m));
		upper.push(self.x(i) + ' ' + self.y(p.h));
		lower.unshift(self.x(i) + ' ' + self.y(p.l));
		dots += 'M' + self.x(i) + ' ' + self.y(p.m) + 'h0';
		if (p.change && i > self.from)
			changes += 'M' + self.x(i - 0.5) + ' ' + self.bottom + 'V' + self.top;
	});
	this.plot.textContent = '';
	this.path('area', 'M' + upper.concat(lower).join('L') + 'Z');
	this.path('line', 'M' + middle.join('L'));
	this.path('dots big', dots);
	this.path('change', changes);
};

Chart.prototype.ticks = function (ticks) {
	var g = this.svg.querySelector('.hy'), grid = '', self = this;

	g.textContent = '';
	ticks.forEach(function (t) {
		grid += 'M' + self.left + ' ' + self.y(t.at) + 'H' + self.right;
		g.appendChild(svg('text', { x: self.left - 6, y: self.y(t.at) + 4 }, t.label));
	});
	g.appendChild(svg('path', { 'class': 'grid', d: grid }));
};

Chart.prototype.dates = function () {
	var g = this.svg.querySelector('.hx'), width = this.svg.viewBox.baseVal.width, free = 0;
	var runs = this.to - this.from, parts = Math.min(3, runs), i, at, x, half;
	var axis = 'M' + this.left + ' ' + this.bottom + 'H' + this.right;

	g.textContent = '';
	for (i = 0; i <= parts; i++) {
		at = this.from + Math.floor(i * runs / parts);
		half = LETTER * this.points[at].date.length / 2;
		axis += 'M' + this.x(at) + ' ' + this.bottom + 'v4';
		x = Math.max(half, Math.min(this.x(at), width - half));
		if (x - half < free)
			continue;
		free = x + half + GAP;
		g.appendChild(svg('text', { x: x, y: this.bottom + 16 }, this.points[at].date));
	}
	g.appendChild(svg('path', { 'class': 'axis', d: axis }));
};

/* Drag over a part of the runs to see that part. */
Chart.prototype.drag = function () {
	var self = this, start = null, mark = null;

	function place(e)
	{
		var r = self.svg.getBoundingClientRect(), w = self.svg.viewBox.baseVal.width;

		return (e.clientX - r.left) / r.width * w;
	}

	function run(x) { return self.from + (x - self.left) / (self.right - self.left) * (self.to - self.from); }

	this.svg.addEventListener('pointerdown', function (e) {
		if (e.button !== 0 || e.pointerType === 'touch')
			return;
		if (self.left === undefined)
			self.show(self.from, self.to);
		start = place(e);
		mark = svg('rect', { 'class': 'select', y: self.top, height: self.bottom - self.top });
		self.svg.appendChild(mark);
		self.svg.setPointerCapture(e.pointerId);
	});
	this.svg.addEventListener('pointermove', function (e) {
		if (start === null)
			return;
		mark.setAttribute('x', Math.min(start, place(e)));
		mark.setAttribute('width', Math.abs(place(e) - start));
	});
	this.svg.addEventListener('pointerup', function (e) {
		var a, b;

		if (start === null)
			return;
		a = Math.round(run(Math.min(start, place(e))));
		b = Math.round(run(Math.max(start, place(e))));
		mark.remove();
		if (Math.abs(place(e) - start) > 5 && b > a)
			self.show(a, b);
		start = null;
	});
	this.svg.addEventListener('pointercancel', function () {
		if (mark)
			mark.remove();
		start = null;
	});
};

/* Only when its benchmark is opened. */
function charts(e)
{
	if (!e.target.classList.contains('bench') || !e.target.open)
		return;
	all('.history', e.target).forEach(function (figure) {
		if (!figure.chart)
			figure.chart = new Chart(figure);
	});
}

document.addEventListener('DOMContentLoaded', function () {
	themeButton();
	tools();
	all('.sortable').forEach(sortable);
	document.addEventListener('toggle', charts, true);
	window.addEventListener('hashchange', reveal);
	reveal();
});
}());
