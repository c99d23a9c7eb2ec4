// The explorer has no life of its own: a host mounts its routes. Whoever opens this address is told where it lives.
import "./routes";
