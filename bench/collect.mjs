// Loaded before the product (`--import`, with `--expose-gc`): collects what nobody holds any more when it is told to.
process.on('message', (message) => {
  if (message !== 'collect') return;
  for (let round = 0; round < 3; round += 1) global.gc();
  process.send('collected');
});
