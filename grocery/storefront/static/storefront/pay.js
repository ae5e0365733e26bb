/* Mounts the provider's card form and confirms the payment. The provider's own script is loaded before this one. */
(() => {
  const form = document.getElementById('pay');
  if (!form) return;
  const problem = document.getElementById('pay-problem');
  const go = document.getElementById('pay-go');
  const say = (text) => {
    const notice = document.createElement('div');
    notice.className = 'notice notice-bad';
    const p = document.createElement('p');
    p.textContent = text;
    notice.append(p);
    problem.replaceChildren(notice);
  };
  if (!window.Stripe) { go.disabled = true; say(form.dataset.missing); return; }
  const stripe = window.Stripe(form.dataset.key, { locale: document.documentElement.lang });
  const elements = stripe.elements({
    clientSecret: form.dataset.secret,
    appearance: { theme: getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'stripe' },
  });
  elements.create('payment').mount('#pay-element');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    go.setAttribute('aria-busy', 'true');
    problem.replaceChildren();
    try {
      const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: form.dataset.return } });
      if (error) say(`${error.message || ''} ${form.dataset.failed}`.trim());
    } catch {
      say(form.dataset.failed);
    }
    go.disabled = false;
    go.removeAttribute('aria-busy');
  });
})();
