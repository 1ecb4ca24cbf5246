// Uses the service's /mcp through the Vercel AI SDK's MCP client, in the old and the new way of connecting.
import assert from 'node:assert/strict';
import { createMCPClient } from '@ai-sdk/mcp';

const [url] = process.argv.slice(2);
const NAMES = ['search', 'fetch', 'search_opinions', 'read_opinion', 'lookup_citation', 'verify_quotes', 'similar_passages'];
const options = { messages: [], toolCallId: 'check' };

for (const protocolVersionDiscovery of [false, true]) {
  const client = await createMCPClient({ transport: { type: 'http', url }, protocolVersionDiscovery });
  try {
    const tools = await client.tools();
    assert.deepEqual(Object.keys(tools), NAMES);
    const call = async (name, given) => (await tools[name].execute(given, options)).structuredContent;
    const { results } = await call('search', { query: 'officer shot unarmed suspect mistaken belief' });
    assert.ok(results.length > 0 && results.every((one) => one.id && one.title && one.text && new URL(one.url)));
    const fetched = await call('fetch', { id: results[0].id });
    assert.ok(fetched.text.includes(results[0].text));
    const { passages } = await call('search_opinions', { query: 'qualified immunity', k: 3, court: ['ca6'] });
    assert.equal(passages.length, 3);
    const read = await call('read_opinion', { opinion_id: passages[0].opinion_id, max_characters: 2000 });
    assert.ok(read.text.length <= 2000 && read.outline.length > 0);
    const similar = await call('similar_passages', { passage_id: results[0].id, k: 2 });
    assert.equal(similar.passages.length, 2);
    const found = await call('lookup_citation', { citation: '518 F.3d 398' });
    assert.equal(found.status, 'found');
    const words = results[0].text.split(/\s+/).slice(0, 20).join(' ').replaceAll('"', '');
    const { quotations } = await call('verify_quotes', { text: `It said “${words}”.` });
    assert.equal(quotations.length, 1);
    const refused = await tools.search_opinions.execute({ query: 'x', court: ['nowhere'] }, options);
    assert.ok(refused.isError && refused.content[0].text.includes('nowhere'));
    console.log(`ok: protocolVersionDiscovery ${protocolVersionDiscovery}`);
  } finally {
    await client.close();
  }
}
