// What tests run inside of the page. A browser has other globals than the rest of the tests, so it is no TypeScript.

/** Opens all lists and goes to the end. */
export function openAll() {
  for (const details of document.querySelectorAll('details')) details.open = true;
  window.scrollTo(0, document.body.scrollHeight);
}

/** How wide the page is with all lists open. */
export function widestWidth() {
  for (const details of document.querySelectorAll('details')) details.open = true;
  return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
}

/** How much red there is in the background, up to 255. */
export function redOfBackground() {
  return Number(/\d+/.exec(getComputedStyle(document.documentElement).backgroundColor)?.[0]);
}

/** How many elements that open, scroll or lead somewhere the keyboard does not reach. */
export function countUnreachable() {
  return [...document.querySelectorAll('summary, .scroll, nav a')].filter((element) => element.tabIndex < 0)
    .length;
}

/** All drawings with their words and the size of their tables. */
export function describeDrawings() {
  return [...document.querySelectorAll('svg[role="img"]')].map((svg) => ({
    name: svg.getAttribute('aria-label'),
    description: svg.querySelector('desc')?.textContent,
    rows: svg.closest('figure')?.querySelectorAll('details table tbody tr').length,
    isSeen: svg.getBoundingClientRect().height > 100,
  }));
}

/**
 * Runs in the page: texts whose colour stands out too little from what is behind them (WCAG 2.1, 1.4.3). Shapes of drawings
 * that lie behind a text count with the opacity of their fill.
 */
export function poorContrast() {
  const colour = (text) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return text === 'none' || text === 'transparent' ? [0, 0, 0, 0] : [red, green, blue, alpha];
  };
  const over = (top, below) => {
    const mix = (index) => top[index] * top[3] + below[index] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const luminance = ([red, green, blue]) => {
    const linear = (channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const backgroundOf = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      layers.push(colour(getComputedStyle(each).backgroundColor));
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const behind = (text) => {
    const box = text.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    let below = backgroundOf(text);
    for (const shape of text.ownerSVGElement?.querySelectorAll('rect') ?? []) {
      const { left, right, top, bottom } = shape.getBoundingClientRect();
      if (x < left || x > right || y < top || y > bottom) continue;
      const style = getComputedStyle(shape);
      const [red, green, blue, alpha] = colour(style.fill);
      below = over([red, green, blue, alpha * Number(style.fillOpacity)], below);
    }
    return below;
  };
  for (const details of document.querySelectorAll('details')) details.open = true;
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent?.trim() ?? '';
    if (element === null || words === '' || element.closest('title, desc, style')) continue;
    const drawn = element.closest('text');
    const style = getComputedStyle(element);
    const ink = colour(drawn === null ? style.color : getComputedStyle(drawn).fill);
    const below = drawn === null ? backgroundOf(element) : behind(drawn);
    const [light, dark] = [luminance(over(ink, below)), luminance(below)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) poor.push(`${words.slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}
