/** What draws the graph of a model: a script of its own, which a page loads when a graph is looked at. */
import '../jitless';
import './modelGraph';
import './treeEnsembles';
