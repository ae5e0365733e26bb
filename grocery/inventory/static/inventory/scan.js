/* Scanning into the field of a task page. A keyboard-wedge scanner needs nothing of this but the separator. */
(() => {
  const form = document.querySelector('[data-scan]');
  if (!form) return;
  const field = form.elements.code;

  /* Scanners send FNC1 as the control character 29, which browsers take for Ctrl+]: put it where it was meant. */
  field.addEventListener('keydown', (e) => {
    if (!(e.ctrlKey && (e.key === ']' || e.code === 'BracketRight'))) return;
    e.preventDefault();
    field.setRangeText('\x1d', field.selectionStart, field.selectionEnd, 'end');
  });

  /* A scan while nothing has the focus belongs into the field, and begins there anew. */
  document.addEventListener('keydown', (e) => {
    const busy = document.activeElement && document.activeElement !== document.body;
    if (busy || e.ctrlKey || e.metaKey || e.altKey || e.key.length !== 1) return;
    field.value = '';
    field.focus();
  });

  /* The camera, where the browser reads codes by itself. */
  const button = form.querySelector('[data-camera]');
  const eye = form.querySelector('[data-eye]');
  const refused = form.querySelector('[data-refused]');
  if (!('BarcodeDetector' in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  let stream;
  const stop = () => { stream?.getTracks().forEach((track) => track.stop()); stream = null; eye.hidden = true; };
  const look = async (detector) => {
    if (!stream) return;
    const [seen] = await detector.detect(eye).catch(() => []);
    if (seen) { stop(); field.value = seen.rawValue; navigator.vibrate?.(40); form.requestSubmit(); return; }
    setTimeout(look, 120, detector);
  };
  button.addEventListener('click', async () => {
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    } catch { button.hidden = true; refused.hidden = false; field.focus(); return; }
    eye.srcObject = stream;
    eye.hidden = false;
    await eye.play();
    const known = await BarcodeDetector.getSupportedFormats();
    const wanted = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'itf', 'code_128', 'data_matrix', 'qr_code'];
    look(new BarcodeDetector({ formats: wanted.filter((format) => known.includes(format)) }));
  });
  addEventListener('pagehide', stop);
})();
