// On every page: tabs, painted values.
import { start } from "../ui";

start();
