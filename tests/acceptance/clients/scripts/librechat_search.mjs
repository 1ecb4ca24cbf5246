// LibreChat's agents package: its SearXNG search and its Jina reranker, pointed at us.
import { pathToFileURL } from "node:url";

const [base, query] = process.argv.slice(-2);
const folder = pathToFileURL(`${process.cwd()}/node_modules/@librechat/agents/dist/esm/tools/search/`);
const { createSearchAPI } = await import(new URL("search.mjs", folder));
const { createReranker } = await import(new URL("rerankers.mjs", folder));
const quiet = { info() {}, debug() {}, warn() {}, error() {} };
const search = createSearchAPI({ searchProvider: "searxng", searxngInstanceUrl: `${base}/dialects/searxng` });
const reranker = createReranker({
  rerankerType: "jina", jinaApiKey: "any", jinaApiUrl: `${base}/dialects/openwebui/rerank`, logger: quiet,
});
const answer = await search.getSources({ query, numResults: 5 });
console.log(JSON.stringify({
  success: answer.success,
  found: answer.data.organic.map((one) => one.snippet),
  hosts: answer.data.organic.map((one) => one.attribution),
  reranked: await reranker.rerank("police shooting", ["a tax on land", "an officer shot a man", "a will"], 2),
}));
