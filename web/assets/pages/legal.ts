// The legal desk. In: rulings and answers typed here, news that something happened on the spot. Out: the page, kept fresh.
import { listenForDeeds } from "../deeds";
import { connect, refresh } from "../live";

listenForDeeds({ refresh: () => void refresh() });
connect(["legal"]);
