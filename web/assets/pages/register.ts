// Officers, kits and reagents. In: forms that name their deed. Out: deeds; the page is fetched anew after each.
import { listenForDeeds } from "../deeds";

listenForDeeds({ reload: () => location.reload() });
