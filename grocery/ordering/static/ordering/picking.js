/* Weighing on the walk: a keypad, a tolerance bar, what it comes to. The form works without it. */
(() => {
  const weigh = document.querySelector('[data-weigh]');
  if (!weigh) return;
  const field = weigh.querySelector('input');
  const [least, most, price] = ['least', 'most', 'price'].map((name) => Number(weigh.dataset[name]));
  const at = weigh.querySelector('.at');
  const verdict = weigh.querySelector('[data-verdict]');
  const sum = weigh.querySelector('[data-sum]');

  /* The middle half of the bar is what may be packed; a quarter on each side is beyond it. */
  const show = () => {
    const weight = Number(field.value);
    at.hidden = !weight;
    verdict.textContent = sum.textContent = '';
    if (!weight) return;
    const place = 25 + 50 * (weight - least) / Math.max(1, most - least);
    at.style.setProperty('--at', `${Math.min(98, Math.max(2, place))}%`);
    const good = weight >= least && weight <= most;
    verdict.textContent = good ? weigh.dataset.good : weight < least ? weigh.dataset.light : weigh.dataset.heavy;
    verdict.className = `bold ${good ? 'good' : 'bad'}`;
    sum.textContent = `${Math.round(price * weight / 1000).toLocaleString('vi-VN')}\u00a0₫`;
  };
  field.addEventListener('input', show);
  show();

  /* The keypad types into the field; a touch screen then needs no keyboard of its own. */
  const pad = document.querySelector('.keypad[data-for="quantity"]');
  pad.hidden = false;
  if (matchMedia('(pointer: coarse)').matches) field.inputMode = 'none';
  pad.addEventListener('click', (e) => {
    const key = e.target.closest('[data-key]')?.dataset.key;
    if (!key) return;
    field.value = key === 'back' ? field.value.slice(0, -1) : (field.value + key).slice(0, 6);
    show();
  });
})();
