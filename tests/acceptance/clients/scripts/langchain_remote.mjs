// LangChain.js: its ready remote retriever, and the base class that @langchain/community keeps.
import { RemoteLangChainRetriever } from "langchain-0.0/retrievers/remote";
import { RemoteRetriever } from "@langchain/community/retrievers/remote";
import { Document } from "@langchain/core/documents";

const [base, query] = process.argv.slice(-2);
const url = `${base}/dialects/langchain/retrieve`;

class OpinionRetriever extends RemoteRetriever {
  lc_namespace = ["opinions"];
  createJsonBody(query) {
    return { query, k: 5, filters: { court: "ca6" } };
  }
  processJsonResponse(json) {
    return json.documents.map((one) => new Document({ pageContent: one.page_content, metadata: one.metadata }));
  }
}

const told = (documents) => documents.map((one) => [one.pageContent, one.metadata.score]);
const plain = new RemoteLangChainRetriever({ url, auth: false });
const named = new RemoteLangChainRetriever({ url, auth: false, inputKey: "query", responseKey: "documents" });
const community = new OpinionRetriever({ url, auth: { bearer: "any" } });
console.log(JSON.stringify({
  plain: told(await plain.getRelevantDocuments(query)),
  named: told(await named.getRelevantDocuments(query)),
  community: told(await community.invoke(query)),
}));
