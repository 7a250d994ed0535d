/** The elements of the run page that are not seen first; loaded once its first chart is drawn, or soon after it has none. */
import '../jitless';
import './artifacts/artifacts';
import './captured/cells';
import './captured/children';
import './captured/code';
import './captured/data';
import './captured/environment';
import './captured/models';
import './captured/reproducibility';
import './captured/system';
import './figures';
import '../note/note';
import './output/output';
import './drift/drift';
import './scored/scored';
