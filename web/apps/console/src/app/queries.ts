import { mayRetryRead, toProblem } from "@florin/api";
import { QueryClient, type Query } from "@tanstack/vue-query";

const pollMs = 3000;

// What failed for a passing reason is asked again by itself; everything else waits for a person.
function pollWhileDown(query: Query): number | false {
  if (query.state.status !== "error") return false;
  const problem = toProblem(query.state.error);
  return mayRetryRead(problem) ? Math.max(pollMs, problem.retryAfterMs) : false;
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Loopback and intranets are there when the browser believes itself offline.
        networkMode: "always",
        staleTime: 5_000,
        retry: (failures, error) => failures < 1 && mayRetryRead(toProblem(error)),
        retryDelay: (_, error) => Math.max(400, toProblem(error).retryAfterMs),
        refetchInterval: (query) => pollWhileDown(query as Query),
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
