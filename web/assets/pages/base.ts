// On every page: tabs, painted values.
import { start } from "../ui";

document.documentElement.classList.add("js");
start();
