// SPDX-License-Identifier: Apache-2.0
// Sorts the table, switches between the time series, and draws each chart of curves once it has a width.
(() => {
    'use strict';

    const HEIGHT = { small: 120, large: 320 };
    const NINES = 5; // of the enlarged upper end: up to 99.999 %

    // ---- table

    function sortBy(table, column, header) {
        const ascending = header.getAttribute('aria-sort') === 'descending';
        table.querySelectorAll('[aria-sort]').forEach(th => th.removeAttribute('aria-sort'));
        header.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
        const body = table.tBodies[0];
        const sign = ascending ? 1 : -1;
        [...body.rows]
            .sort((a, b) => compare(key(a.cells[column]), key(b.cells[column]), sign))
            .forEach(row => body.append(row));
    }

    function key(cell) {
        const number = parseFloat(cell.dataset.value ?? cell.textContent);
        return Number.isNaN(number) || cell.matches('.name') ? cell.textContent : number;
    }

    /** A cell without a number ("-") comes last in either direction. */
    function compare(a, b, sign) {
        if (typeof a !== typeof b) {
            return typeof a === 'number' ? -1 : 1;
        }
        return sign * (typeof a === 'number' ? a - b : a.localeCompare(b));
    }

    document.querySelectorAll('table').forEach(table => {
        [...table.tHead.rows[0].cells].forEach((header, column) =>
            header.firstElementChild.addEventListener('click', () => sortBy(table, column, header)));
    });

    // ---- choice

    document.querySelectorAll('.choice button').forEach(button =>
        button.addEventListener('click', () => {
            button.parentElement.querySelectorAll('button').forEach(other => {
                other.setAttribute('aria-pressed', other === button);
                document.getElementById(other.dataset.shows).hidden = other !== button;
            });
        }));

    // ---- curves

    const color = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
    const round = value => Math.abs(value) >= 100 ? value.toFixed(0) : String(+value.toPrecision(3));
    const nines = fraction => fraction >= 1 ? null : -Math.log10(1 - fraction);
    const percent = fraction => String(+(100 * fraction).toFixed(4)) + ' %';

    class Chart {
        constructor(figure) {
            this.figure = figure;
            this.place = figure.querySelector('.plot');
            this.output = figure.querySelector('output');
            this.chart = JSON.parse(figure.querySelector('script').textContent);
            this.small = figure.matches('.small');
            this.isFraction = this.chart.y.scale === 'fraction';
            this.isEnlarged = false;
            if (this.isFraction) {
                this.addEnlarger();
            }
            this.say();
            new ResizeObserver(() => this.fit()).observe(this.place);
        }

        /** Where the slowest of a thousand is no longer than a hair below the top. */
        addEnlarger() {
            const button = document.createElement('button');
            button.type = 'button';
            button.textContent = 'Enlarge the slowest';
            button.setAttribute('aria-pressed', false);
            button.addEventListener('click', () => {
                this.isEnlarged = !this.isEnlarged;
                button.setAttribute('aria-pressed', this.isEnlarged);
                this.draw();
            });
            const choice = document.createElement('div');
            choice.className = 'choice';
            choice.append(button);
            this.place.before(choice);
        }

        fit() {
            const width = this.place.clientWidth;
            if (width === 0 || width === this.width) {
                return;
            }
            if (this.plot) {
                this.width = width;
                this.plot.setSize({ width, height: this.height() });
            } else {
                this.draw();
            }
        }

        height() {
            return this.small ? HEIGHT.small : HEIGHT.large;
        }

        draw() {
            this.plot?.destroy();
            this.width = this.place.clientWidth;
            if (this.width > 0) {
                this.plot = new uPlot(this.options(), this.data(), this.place);
            }
        }

        /** All curves over the x of all of them, with holes. */
        data() {
            const y = values => this.isEnlarged ? values.map(nines) : values;
            return uPlot.join(this.chart.curves.map(curve => [curve.x, y(curve.y)]));
        }

        options() {
            return {
                width: this.width,
                height: this.height(),
                padding: [8, 12, 0, 0],
                legend: { show: !this.small, live: false, markers: { fill: (u, i) => u.series[i].stroke() } },
                cursor: { focus: { prox: 40 }, points: { size: 7 }, drag: { x: !this.small, y: false } },
                focus: { alpha: 0.2 },
                scales: { x: this.xScale(), y: this.yScale() },
                axes: [this.axis(this.chart.x), this.axis(this.chart.y)].map((axis, i) => ({ ...axis, ...this.space(i) })),
                series: [{}, ...this.chart.curves.map((curve, i) => this.series(curve, i))],
                hooks: {
                    draw: [u => this.drawWhiskers(u)],
                    setSeries: [(u, i) => { this.focused = i; this.say(u); }],
                    setCursor: [u => this.say(u)],
                },
            };
        }

        series(curve, i) {
            const alike = this.chart.curves.slice(0, i).filter(other => other.kind === curve.kind).length;
            return {
                label: curve.label,
                stroke: () => color(curve.kind),
                width: this.small ? 1.25 : 1.75,
                alpha: this.small ? 0.7 : 1,
                dash: this.small ? [] : [[], [8, 4], [2, 3], [8, 3, 2, 3], [14, 4], [4, 4]][alike % 6],
                spanGaps: true,
                points: { show: this.chart.points, size: 6, fill: color('surface') },
            };
        }

        xScale() {
            const all = this.chart.curves.flatMap(curve => curve.x);
            const low = Math.min(...all);
            const high = Math.max(...all);
            switch (this.chart.x.scale) {
                case 'log': return { time: false, distr: 3, range: [low / 1.05, high * 1.05] };
                case 'steps':
                    return low > 0 && high / low >= 8
                        ? { time: false, distr: 3, log: 2, range: [low / 1.15, high * 1.15] }
                        : { time: false, range: [low - (high - low || 1) * 0.05, high + (high - low || 1) * 0.05] };
                default: return { time: false, range: [0, Math.max(high, 1)] };
            }
        }

        yScale() {
            if (this.isEnlarged) {
                const top = Math.max(1, ...this.data().slice(1).flat().filter(value => value != null));
                return { range: [0, Math.min(NINES, top) + 0.15] };
            }
            if (this.isFraction) {
                return { range: [0, 1] };
            }
            const top = this.chart.yMax ?? Math.max(...this.chart.curves.flatMap(curve => [...curve.y, ...(curve.high ?? [])]));
            return { range: [0, (top || 1) * 1.06] };
        }

        axis({ unit, scale }) {
            const look = { stroke: () => color('muted'), grid: { stroke: () => color('line'), width: 1 }, ticks: { show: false } };
            if (scale === 'steps') {
                const steps = [...new Set(this.chart.curves.flatMap(curve => curve.x))].sort((a, b) => a - b);
                return { ...look, splits: () => steps, filter: (u, at) => at, values: () => steps.map(round), label: unit };
            }
            if (scale === 'fraction') {
                return this.isEnlarged
                    ? { ...look, splits: () => [0, 1, 2, 3, 4, 5], values: (u, at) => at.map(t => percent(1 - 10 ** -t)) }
                    : { ...look, splits: () => [0, 0.25, 0.5, 0.75, 1], values: (u, at) => at.map(percent) };
            }
            if (scale === 'log') {
                const splits = (u, i, low, high) => roundSteps(low, high);
                return { ...look, splits, filter: (u, at) => at, values: (u, at) => at.map(round), label: unit };
            }
            return { ...look, values: (u, at) => at.map(value => value == null ? '' : round(value)), label: this.small ? undefined : unit };
        }

        space(axis) {
            const font = (this.small ? 11 : 12) + 'px system-ui, sans-serif';
            const size = axis === 0 ? (this.small ? 22 : 30) : (this.isFraction ? 66 : this.small ? 38 : 52);
            return { font, labelFont: font, size, space: axis === 0 ? 44 : this.small ? 22 : 38, gap: 4, labelSize: 18, labelGap: 0 };
        }

        drawWhiskers(u) {
            const { ctx } = u;
            this.chart.curves.forEach((curve, i) => {
                if (!curve.low || !u.series[i + 1].show) {
                    return;
                }
                ctx.save();
                ctx.strokeStyle = color(curve.kind);
                ctx.lineWidth = 1.25 * devicePixelRatio;
                curve.x.forEach((x, k) => curve.low[k] != null && whisker(u, x, curve.low[k], curve.high[k]));
                ctx.restore();
            });
        }

        /** What the curve next to the pointer is, and where. */
        say(u) {
            const i = this.focused;
            const at = u?.cursor.idxs?.[i];
            if (!i || at == null) {
                this.output.textContent = this.small ? this.chart.subtitle : 'Point at a curve to read it';
                return;
            }
            const { x, y } = this.chart;
            const value = u.data[i][at];
            const height = !this.isFraction ? round(value) + ' ' + y.unit
                : percent(this.isEnlarged ? 1 - 10 ** -value : value);
            this.output.textContent = `${u.series[i].label}: ${round(u.data[0][at])} ${x.unit}, ${height}`;
        }
    }

    /** 1, 2, 5, 10, 20, 50 and so on; the ones alone where they are many. */
    function roundSteps(low, high) {
        const factors = high / low > 1000 ? [1] : [1, 2, 5];
        const steps = [];
        for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
            steps.push(...factors.map(factor => factor * 10 ** power));
        }
        return steps.filter(step => step >= low && step <= high);
    }

    function whisker(u, x, low, high) {
        const cap = 4 * devicePixelRatio;
        const at = u.valToPos(x, 'x', true);
        const [bottom, top] = [low, high].map(value => u.valToPos(value, 'y', true));
        u.ctx.beginPath();
        for (const [x1, y1, x2, y2] of [[at, bottom, at, top], [at - cap, bottom, at + cap, bottom], [at - cap, top, at + cap, top]]) {
            u.ctx.moveTo(x1, y1);
            u.ctx.lineTo(x2, y2);
        }
        u.ctx.stroke();
    }

    const charts = [...document.querySelectorAll('figure.curves')].map(figure => new Chart(figure));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(chart => chart.draw()));
})();
